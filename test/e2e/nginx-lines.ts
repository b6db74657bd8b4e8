import assert from 'node:assert/strict';
import { recipeFiles } from '../../deploy/gateways/gateway.ts';
import { kubectl } from './commands.ts';
import { IDENTITY, NGINX } from './nginx-ingresses.ts';
import { NAMESPACE } from './release.ts';

/** Which headers nginx takes from a client. */
const TAKEN =
  /^(?:underscores_in_headers|ignore_invalid_headers|client_header_buffer_size|large_client_header_buffers) /;
/** What it asks. */
const ASKED = /^(?:internal|proxy_method|proxy_pass|proxy_pass_request_\w+|proxy_set_header)\b/;
/** What the answer does, and what the backend gets. */
const FORWARDED = /^(?:auth_request|auth_request_set|add_header|proxy_set_header) /;

/**
 * Compares the nginx.conf that the controller wrote for an Ingress of `/demo` with the lines that stand in for it in the
 * conformance tests. Says how many there are.
 */
export async function sameLines(host: string): Promise<string> {
  const nginx = ['/usr/bin/nginx', '-T', '-c', '/etc/nginx/nginx.conf'];
  const conf = await kubectl(['exec', 'deploy/controller', '--namespace', NGINX, '--', ...nginx]);
  const [{ text: ours } = { text: '' }] = recipeFiles('ingress-nginx', {
    listen: '0.0.0.0:8080',
    watchword: `watchword-http.${NAMESPACE}.svc.cluster.local:9180`,
    backend: 'backend.example:8080',
    identityHeaders: [IDENTITY],
    routes: [{ prefix: '/demo/', pipeline: 'orders' }],
  });
  const its = block(conf, `## start server ${host}\n`);
  const pairs = [
    [lines(conf, TAKEN), lines(ours, TAKEN)],
    [lines(checkOf(its), ASKED), lines(checkOf(ours), ASKED)],
    [lines(routeOf(its), FORWARDED), lines(routeOf(ours), FORWARDED)],
  ] as const;
  for (const [theirs, mine] of pairs) assert.deepEqual(mine, theirs);
  return `${pairs.flatMap(([theirs]) => theirs).length} lines`;
}

const ROUTE = 'location /demo/ ';

/** The route, with a name of our own for its check. */
const routeOf = (server: string): string =>
  block(server, ROUTE).replace(nameOfCheck(server), 'CHECK');

const checkOf = (server: string): string => block(server, `location = ${nameOfCheck(server)} `);

function nameOfCheck(server: string): string {
  const [, name] = /auth_request\s+(\S+);/.exec(block(server, ROUTE)) ?? [];
  return name ?? assert.fail('no auth_request');
}

/** The block that comes next after these words. */
function block(text: string, head: string): string {
  const from = text.indexOf(head);
  assert.ok(from >= 0, `no ${head}`);
  let depth = 0;
  for (const { 0: brace, index } of text.slice(from).matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth === 0) return text.slice(from, from + index);
  }
  return assert.fail(`${head} has no end`);
}

/** The directives that are told, sorted: in lower case, without quotes, and with variables replaced by what they are set to. */
function lines(text: string, told: RegExp): readonly string[] {
  const all = text.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
  const set = new Map(
    all.flatMap((line) => {
      const [, name, value] = /^set (\$\w+) (\S+);$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const resolved = (line: string): string => {
    const next = line.replaceAll(/\$\w+/g, (name) => set.get(name) ?? name);
    return next === line ? line : resolved(next);
  };
  return all
    .filter((line) => told.test(line))
    .map((line) => resolved(line).replaceAll("'", '').toLowerCase())
    .sort();
}
