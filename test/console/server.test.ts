import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { until } from '../../deploy/support/until.ts';
import { type ConsoleApi, type ConsoleServer, startConsole } from '../../src/console/server.ts';
import { ask, type HttpResponse } from '../support/http-client.ts';

/** A console whose explanations end when `end` is called. */
async function consoleThatWaits(): Promise<{
  readonly server: ConsoleServer;
  readonly asked: () => number;
  readonly end: () => void;
}> {
  const { promise, resolve } = Promise.withResolvers<object>();
  let asked = 0;
  const api: ConsoleApi = {
    read: { broken: () => Promise.reject(new Error('a-secret-of-a-defect')) },
    explain: () => {
      asked += 1;
      return promise;
    },
    mostBytes: 100,
    tooLong: 'too long',
  };
  const server = await startConsole('127.0.0.1:0', api, new Map());
  return { server, asked: () => asked, end: () => resolve({}) };
}

function explain(port: number, body: string): Promise<HttpResponse> {
  const headers = [
    ['x-watchword-console', 'explain'],
    ['content-type', 'application/json'],
  ] as const;
  return ask({ port, method: 'POST', host: 'localhost', path: '/api/explain', headers, body });
}

describe('the listener of the console', () => {
  test('explains four requests at once, and says so to the fifth', async () => {
    const { server, asked, end } = await consoleThatWaits();
    await using _ = server;
    const first = Array.from({ length: 4 }, () => explain(server.port, '{}'));
    await until('four explanations', () => (asked() === 4 ? true : undefined));
    const { status, body } = await explain(server.port, '{}');
    assert.equal(status, 503);
    assert.match(body, /4 requests are being explained; try again/);
    end();
    for (const answer of await Promise.all(first)) assert.equal(answer.status, 200);
    assert.equal((await explain(server.port, '{}')).status, 200);
  });

  test('is not kept busy by bodies that do not come', async () => {
    const { server, end } = await consoleThatWaits();
    await using _ = server;
    end();
    const slow = Array.from({ length: 8 }, () => {
      const socket = connect(server.port, '127.0.0.1');
      socket.write(
        'POST /api/explain HTTP/1.1\r\nhost: localhost\r\nx-watchword-console: explain\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
      );
      return socket;
    });
    assert.equal((await explain(server.port, '{}')).status, 200);
    for (const socket of slow) socket.destroy();
  });

  test('reads a body that is too long to its end, and answers it', async () => {
    const { server } = await consoleThatWaits();
    await using _ = server;
    const { status, body } = await explain(server.port, 'a'.repeat(4 << 20));
    assert.deepEqual([status, JSON.parse(body)], [413, { error: 'too long' }]);
  });

  test('says nothing of a defect', async () => {
    const { server } = await consoleThatWaits();
    await using _ = server;
    const request = { method: 'GET', host: 'localhost', path: '/api/broken', headers: [] };
    const { status, body } = await ask({ port: server.port, ...request });
    assert.deepEqual([status, JSON.parse(body)], [500, { error: 'internal error' }]);
  });

  test('knows no other path, and none of an object', async () => {
    const { server } = await consoleThatWaits();
    await using _ = server;
    for (const path of [
      '/api/',
      '/api/toString',
      '/api/__proto__',
      '/../package.json',
      '//',
      '/x',
    ]) {
      const request = { method: 'GET', host: 'localhost', path, headers: [] };
      assert.equal((await ask({ port: server.port, ...request })).status, 404, path);
    }
  });
});
