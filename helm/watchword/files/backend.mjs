// The demo's backend: answers with what reached it.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.resume();
  const { method, url, headers } = request;
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify({ backend: 'demo', method, path: url, headers }, null, 2)}\n`);
});
server.listen(8080);
process.once('SIGTERM', () => server.close());
