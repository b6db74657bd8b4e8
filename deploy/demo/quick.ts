import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeConfiguration } from './configuration.ts';
import { tokenLine } from './instructions.ts';
import { FREE_PORTS } from './ports.ts';
import { startIssuer, startWatchword } from './stack.ts';

/*
 * The demo without a gateway, for machines that have no Envoy: an issuer, and Watchword on ports that are free, asked over HTTP as
 * a gateway asks it. `make quick` starts it.
 */

const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

try {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder('watchword-quick-'));
  const issuer = await startIssuer(await freePort());
  stack.use(issuer.child);
  const configuration = await writeConfiguration(folder, issuer.url, FREE_PORTS, await freePort());
  const watchword = await startWatchword(configuration, folder);
  stack.use(watchword.child);
  process.stdout.write(`${lines(issuer.url, configuration, watchword.http ?? '', watchword)}\n`);
  await Promise.race([stopped, issuer.child.ended, watchword.child.ended]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
process.exit();

function lines(
  issuer: string,
  configuration: string,
  http: string,
  { admin, console }: { readonly admin: string; readonly console: string },
): string {
  const asked = `-H 'X-Forwarded-Method: GET' -H 'X-Forwarded-Host: localhost' -H 'X-Forwarded-Uri: /orders/1' ${http}/auth/traefik/-`;
  return `
Copy these into a second terminal, in this folder. No gateway stands in front: curl asks what Traefik would ask about GET /orders/1.

Without a token, 401:
  curl -i ${asked}

A token, as the tutorial asks Auth0 for one:
  ${tokenLine('TOKEN', issuer)}

With it, 200; the answer has the headers that the backend would get:
  curl -i -H "Authorization: Bearer $TOKEN" ${asked}

One that has expired, 401:
  ${tokenLine('EXPIRED', issuer, { expires_in: '-3600' })}
  curl -i -H "Authorization: Bearer $EXPIRED" ${asked}

What was decided:
  curl -s ${admin}/metrics | grep ^watchword_decisions_total

Why, step by step:
  echo "$EXPIRED" | node_modules/.bin/node dist/main.js explain --config ${configuration} --via traefik --url http://localhost/orders/1 --token-file -

The same in a browser, with every refusal and a box to explain one:
  ${console}

Configuration  ${configuration} (what is saved there takes effect)
Log            ${join(dirname(configuration), 'watchword.log')}

Ctrl-C stops everything.`;
}
