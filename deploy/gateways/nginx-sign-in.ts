import type { RecipeFile } from './recipe.ts';

/**
 * Sends browsers to sign in, behind an nginx: its auth_request knows no redirect, so the address comes beside the 401. In each
 * `server`, behind `watchword-server.conf`.
 */
export const NGINX_SIGN_IN: RecipeFile = {
  name: 'watchword-sign-in.conf',
  language: 'nginx',
  text: `auth_request_set $watchword_sign_in $upstream_http_location;
error_page 401 = @watchword_unauthorized;
location @watchword_unauthorized {
  add_header Cache-Control no-store always;
  if ($watchword_sign_in) { return 302 $watchword_sign_in; }
  return 401;
}
`,
};

/** The files of the recipe with it. */
export function withSignIn(files: readonly RecipeFile[]): readonly RecipeFile[] {
  const line = 'include watchword-server.conf;';
  const changed = files.map((file) => ({
    ...file,
    text: file.text.replaceAll(line, `${line}\n    include ${NGINX_SIGN_IN.name};`),
  }));
  return [...changed, NGINX_SIGN_IN];
}
