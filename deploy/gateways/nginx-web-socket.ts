import type { RecipeFile } from './recipe.ts';

/** What an nginx needs for WebSockets, in the place of the empty `Connection` that keeps other connections. */
export const NGINX_WEB_SOCKET: RecipeFile = {
  name: 'watchword-web-socket.conf',
  language: 'nginx',
  text: `proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
`,
};

/** In `http`: a request that is no WebSocket keeps its connection. */
export const NGINX_UPGRADE_MAP = `map $http_upgrade $connection_upgrade {
  default upgrade;
  '' '';
}
`;

/** The files of the recipe with both. */
export function withWebSockets(files: readonly RecipeFile[]): readonly RecipeFile[] {
  return files.map((file) => ({
    ...file,
    text: file.text
      .replace('include watchword-http.conf;', (line) => `${line}\n${NGINX_UPGRADE_MAP}`)
      .replaceAll(
        /^proxy_set_header Host \$host;\nproxy_set_header Connection "";\n/gm,
        `proxy_set_header Host $host;\n${NGINX_WEB_SOCKET.text}`,
      ),
  }));
}
