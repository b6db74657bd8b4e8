import { dirname, join } from 'node:path';
import type { Stack } from './stack.ts';
import { TOKEN_REQUEST } from './token.ts';

/** What to try once everything is up. Each line that begins with `curl` or `TOKEN` can be pasted into a shell. */
export function instructions({ envoy, issuer, admin, configuration }: Stack): string {
  const gateway = `http://localhost:${envoy.port}`;
  return `
Without a token, 401:
  curl -i ${gateway}/orders/1

A token, as the tutorial asks Auth0 for one:
  TOKEN=$(curl -s --url ${new URL('/oauth/token', issuer)} --header 'content-type: application/json' --data '${JSON.stringify(TOKEN_REQUEST)}' | sed -n 's/.*"access_token": *"\\([^"]*\\)".*/\\1/p')

With it, 200; the answer shows what the backend got:
  curl -i -H "Authorization: Bearer $TOKEN" ${gateway}/orders/1

The same on the other pipeline, 403, since the token lacks read:invoices:
  curl -i -H "Authorization: Bearer $TOKEN" ${gateway}/invoices/7

What was decided:
  curl -s ${admin}/metrics | grep ^watchword_decisions_total

Why, step by step:
  node_modules/.bin/node dist/main.js explain --config ${configuration} --url ${gateway}/orders/1

Configuration  ${configuration} (what is saved there takes effect)
Log            ${join(dirname(configuration), 'watchword.log')}

Ctrl-C stops everything.`;
}
