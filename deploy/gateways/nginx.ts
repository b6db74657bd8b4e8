import { OVERRIDE_HEADERS } from '../../src/config/removals.ts';
import type { Recipe, RecipeFile, Route } from './recipe.ts';

/** nginx with auth_request, as `nginx.conf`. Run with `nginx -p FOLDER -c nginx.conf`. */
export function nginxFiles(recipe: Recipe): readonly RecipeFile[] {
  const pipelines = [...new Set(recipe.routes.map(({ pipeline }) => pipeline))];
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

  # Connections to both are kept: without the keepalive lines, the version and the empty Connection, each check is one.
  upstream watchword { server ${recipe.watchword} max_fails=0; keepalive 16; }
  upstream backend { server ${recipe.backend}; keepalive 16; }
  proxy_http_version 1.1;

  # x_auth_subject is x-auth-subject to CGI, WSGI and PHP. The default, said aloud: never switch it on.
  underscores_in_headers off;
  # A token may be as long as Watchword reads it.
  large_client_header_buffers 4 16k;

  server {
    listen ${recipe.listen};

${recipe.routes.map((route) => location(route, recipe)).join('\n')}
${pipelines.map(questionLocation).join('\n')}
    # nginx drops what Watchword says beside a 403, and makes a 500 of every status that is not 2xx, 401 or 403.
    location @watchword_refused {
      add_header WWW-Authenticate $watchword_challenge always;
      if ($watchword_status = 400) { return 400; }
      return 403;
    }
    location @watchword_unavailable {
      add_header Retry-After 1 always;
      return 503;
    }
  }
}
`;
  return [{ name: 'nginx.conf', language: 'nginx', text }];
}

function location(route: Route, { identityHeaders }: Recipe): string {
  const { prefix, pipeline, token = 'keep', overrideHeaders = 'strip' } = route;
  const removed = [
    ...(overrideHeaders === 'strip' ? OVERRIDE_HEADERS : []),
    ...(token === 'strip' ? ['authorization'] : []),
  ];
  return `    location ${prefix} {
      auth_request ${questionName(pipeline)};
      auth_request_set $watchword_status $upstream_http_watchword_status;
      auth_request_set $watchword_challenge $upstream_http_www_authenticate;
      error_page 403 = @watchword_refused;
      error_page 500 = @watchword_unavailable;

      # From the answer. Where it has none, nginx sends none: what the client sent under the name never arrives.
${identityHeaders.map(identityLines).join('\n')}
${removed.map((name) => `      proxy_set_header ${name} "";`).join('\n')}
      # One proxy_set_header in a location undoes all of the levels above it.
      proxy_set_header Host $host;
      proxy_set_header Connection "";
      proxy_pass http://backend;
    }
`;
}

function identityLines(name: string): string {
  const variable = name.replaceAll('-', '_');
  return `      auth_request_set $identity_${variable} $upstream_http_${variable};
      proxy_set_header ${name} $identity_${variable};`;
}

function questionName(pipeline: string): string {
  return pipeline === '-' ? '/_watchword' : `/_watchword/${pipeline}`;
}

function questionLocation(pipeline: string): string {
  return `    location = ${questionName(pipeline)} {
      internal;
      proxy_pass http://watchword/auth/nginx/${pipeline};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Connection "";
      # $host and not $http_host: where the request line names a host, nginx chose the server by that one.
      proxy_set_header Host $host;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $request_uri;
      proxy_connect_timeout 1s;
      proxy_read_timeout 1s;
    }
`;
}
