// @ts-check
import { createServer } from 'node:http';

/**
 * The server to compare the HTTP listener with: node:http as it is, which reads nothing of a request and answers a warm decision's
 * bytes. JavaScript for the same reason as empty-server.js: `node bench/http-empty-server.js HEADERS`, the headers as a JSON list.
 */

const headers = JSON.parse(process.argv[2] ?? '[]');

const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`serving on port ${port}\n`);
});
