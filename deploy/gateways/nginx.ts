import { headerNames, indented, lines, type Wiring } from './fragment.ts';
import {
  mainRoute,
  type Recipe,
  type RecipeFile,
  type Route,
  removedBy,
  type Site,
  wiringOf,
} from './recipe.ts';

/** nginx with auth_request: `nginx.conf` and what it includes. Run with `nginx -p FOLDER -c nginx.conf`. */
export function nginxFiles(recipe: Recipe): readonly RecipeFile[] {
  const main = mainRoute(recipe);
  const others = [...new Set(recipe.routes.map(({ pipeline }) => pipeline))].filter(
    (pipeline) => pipeline !== main.pipeline,
  );
  const text = `worker_processes 1;
daemon off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path tmp-body;
  proxy_temp_path tmp-proxy;
  fastcgi_temp_path tmp-fastcgi;
  uwsgi_temp_path tmp-uwsgi;
  scgi_temp_path tmp-scgi;

  include watchword-http.conf;
  upstream backend { server ${recipe.backend}; keepalive 16; }
  proxy_http_version 1.1;

  server {
    listen ${recipe.listen};
    include watchword-server.conf;
${lines(
  ...recipe.routes.map((route) => location(route, main, recipe)),
  ...others.map((pipeline) => indented(4, httpCheck({ ...wiringOf(recipe, main), pipeline }))),
)}  }
${(recipe.sites ?? []).map((site) => server(site, recipe)).join('')}}
`;
  return [
    { name: 'nginx.conf', language: 'nginx', text },
    ...nginxFragments(wiringOf(recipe, main)),
  ];
}

/** What the chart gives to an nginx: for `http`, for each `server`, and for locations that set headers of their own. */
export function nginxFragments(wiring: Wiring): readonly RecipeFile[] {
  const file = (name: string, text: string): RecipeFile => ({ name, language: 'nginx', text });
  return [
    file('watchword-http.conf', inHttp(wiring)),
    file('watchword-server.conf', inServer(wiring)),
    file('watchword-headers.conf', sentHeaders(wiring)),
  ];
}

function inHttp({ watchword }: Wiring): string {
  return `# Connections are kept: without the keepalive, the version and the empty Connection below, each check is one.
upstream watchword { server ${watchword} max_fails=0; keepalive 16; }
# x_auth_subject is x-auth-subject to CGI, WSGI and PHP. The default, written out: never switch it on.
underscores_in_headers off;
# A token may be as long as Watchword reads it.
large_client_header_buffers 4 16k;
`;
}

function inServer(wiring: Wiring): string {
  return lines(
    `# For every location, also one that is added later.
auth_request ${questionName(wiring.pipeline)};
auth_request_set $watchword_status $upstream_http_watchword_status;
auth_request_set $watchword_challenge $upstream_http_www_authenticate;`,
    wiring.identity.each(
      (_, variable) => `auth_request_set $identity_${variable} $upstream_http_${variable};`,
    ),
    `error_page 403 = @watchword_refused;
error_page 500 = @watchword_unavailable;
# One proxy_set_header in a location undoes all of these: such a location must include watchword-headers.conf.
${sentHeaders(wiring).trimEnd()}`,
    httpCheck(wiring),
    `# nginx drops what Watchword says beside a 403, and makes a 500 of every status that is not 2xx, 401 or 403.
location @watchword_refused {
  add_header WWW-Authenticate $watchword_challenge always;
  if ($watchword_status = 400) { return 400; }
  return 403;
}
location @watchword_unavailable {
  add_header Retry-After 1 always;
  return 503;
}`,
  );
}

function sentHeaders({ identity, removed }: Wiring): string {
  return lines(
    '# From the answer. Where it has none, nginx sends none: what the client sent under the name never arrives.',
    identity.each((name, variable) => `proxy_set_header ${name} $identity_${variable};`),
    removed.each((name) => `proxy_set_header ${name} "";`),
    'proxy_set_header Host $host;',
    'proxy_set_header Connection "";',
  );
}

function questionName(pipeline: string): string {
  return pipeline === '-' ? '/_watchword' : `/_watchword/${pipeline}`;
}

function httpCheck({ pipeline, timeout }: Wiring): string {
  return `location = ${questionName(pipeline)} {
  internal;
  proxy_pass http://watchword/auth/nginx/${pipeline};
  proxy_http_version 1.1;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header Connection "";
  # $host and not $http_host: where the request line names a host, nginx chose the server by that one.
  proxy_set_header Host $host;
  proxy_set_header X-Original-Method $request_method;
  proxy_set_header X-Original-URI $request_uri;
  # By default an answer with more than 4 KiB of identity headers is none: limits.headerBytes is 8 KiB for each.
  proxy_buffer_size 16k;
  proxy_buffers 4 16k;
  proxy_connect_timeout ${timeout};
  proxy_read_timeout ${timeout};
}`;
}

/** nginx finds it by the host without port and trailing dot, in lower case: what $host is. */
function server({ host, backend }: Site, { listen }: Recipe): string {
  return `  server {
    listen ${listen};
    server_name ${host};
    include watchword-server.conf;
    location / { proxy_pass http://${backend}; }
  }
`;
}

/** A location says only what is not the server's already. */
function location(route: Route, main: Route, recipe: Recipe): string {
  const own = removedBy(route);
  const isMain = own.join() === removedBy(main).join();
  const headers = sentHeaders({ ...wiringOf(recipe, route), removed: headerNames(own) });
  return `    location ${route.prefix} {
${lines(
  route.pipeline === main.pipeline ? '' : `      auth_request ${questionName(route.pipeline)};`,
  isMain ? '' : indented(6, headers.trimEnd()),
  '      proxy_pass http://backend;',
)}    }`;
}
