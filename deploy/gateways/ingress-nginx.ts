import {
  mainRoute,
  type Recipe,
  type RecipeFile,
  type Route,
  removedBy,
  type Site,
} from './recipe.ts';

/**
 * What ingress-nginx's controller makes of the annotations `auth-url` and `auth-response-headers`, as `nginx.conf`: the check's
 * headers and the way back are those of its template. It stands in for the controller, which needs a cluster; there a test compares
 * these lines with the controller's own.
 */
export function ingressNginxFiles(recipe: Recipe): readonly RecipeFile[] {
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
  proxy_http_version 1.1;
  # enable-underscores-in-headers: "false"
  underscores_in_headers off;
  ignore_invalid_headers on;
  client_header_buffer_size 1k;
  large_client_header_buffers 4 8k;
  map $http_upgrade $connection_upgrade {
    default upgrade;
    '' '';
  }
  map $http_x_request_id $req_id {
    default $http_x_request_id;
    '' $request_id;
  }
  server {
    listen ${recipe.listen};
${recipe.routes.map((route, index) => locations(route, index, recipe)).join('\n')}
  }
${(recipe.sites ?? []).map((site) => server(site, recipe)).join('')}}
`;
  return [{ name: 'nginx.conf', language: 'nginx', text }];
}

function server({ host, backend }: Site, recipe: Recipe): string {
  return `  server {
    listen ${recipe.listen};
    server_name ${host};
${locations(mainRoute(recipe), 0, { ...recipe, backend })}
  }
`;
}

function locations(route: Route, index: number, recipe: Recipe): string {
  const { prefix, pipeline } = route;
  // The ConfigMap that proxy-set-headers names: for all Ingresses of a controller.
  const removed = [...recipe.identityHeaders, ...removedBy(route)];
  return `    location = /_external-auth-${index} {
      internal;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Forwarded-Proto "";
      proxy_set_header X-Request-ID $req_id;
      proxy_set_header Host ${recipe.watchword.replace(/:\d+$/, '')};
      proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Sent-From "nginx-ingress-controller";
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Auth-Request-Redirect $request_uri;
      proxy_pass_request_headers on;
      proxy_pass http://${recipe.watchword}/auth/ingress-nginx/${pipeline};
    }
    location ${prefix} {
      auth_request /_external-auth-${index};
      auth_request_set $auth_cookie $upstream_http_set_cookie;
      add_header Set-Cookie $auth_cookie;
${recipe.identityHeaders.map(responseHeader).join('\n')}
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Request-ID $req_id;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Scheme $scheme;
      proxy_set_header X-Scheme $scheme;
      proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;
      proxy_set_header Proxy "";
${removed.map((name) => `      proxy_set_header ${name} "";`).join('\n')}
      proxy_pass http://${recipe.backend};
    }`;
}

function responseHeader(name: string, index: number): string {
  return `      auth_request_set $authHeader${index} $upstream_http_${name.replaceAll('-', '_')};
      proxy_set_header '${name}' $authHeader${index};`;
}
