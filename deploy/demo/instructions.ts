import { dirname, join } from 'node:path';
import { OTHER_AUDIENCE } from './configuration.ts';
import type { Stack } from './stack.ts';
import { TOKEN_REQUEST } from './token.ts';

/** What to try once everything is up. Each line that begins with `curl`, a name and `=`, or `echo` can be pasted into a shell. */
export function instructions({ envoy, issuer, admin, console, configuration }: Stack): string {
  const gateway = `http://localhost:${envoy.port}`;
  return `
Copy these into a second terminal, in this folder.

Without a token, 401:
  curl -i ${gateway}/orders/1

A token, as the tutorial asks Auth0 for one:
  ${tokenLine('TOKEN', issuer)}

With it, 200; the answer shows what the backend got:
  curl -i -H "Authorization: Bearer $TOKEN" ${gateway}/orders/1

The same on the other pipeline, 403, since the token lacks read:invoices:
  curl -i -H "Authorization: Bearer $TOKEN" ${gateway}/invoices/7

One that has expired, 401:
  ${tokenLine('EXPIRED', issuer, { expires_in: '-3600' })}
  curl -i -H "Authorization: Bearer $EXPIRED" ${gateway}/orders/1

One for another API of the same issuer, 401:
  ${tokenLine('OTHER', issuer, { audience: OTHER_AUDIENCE })}
  curl -i -H "Authorization: Bearer $OTHER" ${gateway}/orders/1

What was decided:
  curl -s ${admin}/metrics | grep ^watchword_decisions_total

Why, step by step:
  echo "$OTHER" | node_modules/.bin/node dist/main.js explain --config ${configuration} --url ${gateway}/orders/1 --token-file -

The same in a browser, with every refusal and a box to explain one:
  ${console}

Configuration  ${configuration} (what is saved there takes effect)
Log            ${join(dirname(configuration), 'watchword.log')}

Ctrl-C stops everything.`;
}

/** A line that puts a token of the issuer into a variable of the shell. */
export function tokenLine(
  variable: string,
  issuer: string,
  more: Readonly<Record<string, string>> = {},
): string {
  const data = JSON.stringify({ ...TOKEN_REQUEST, ...more });
  const url = new URL('/oauth/token', issuer);
  return `${variable}=$(curl -s --url ${url} --header 'content-type: application/json' --data '${data}' | sed -n 's/.*"access_token": *"\\([^"]*\\)".*/\\1/p')`;
}
