import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, answerTo } from '../../../src/answer/answer.ts';
import type { Answered } from '../../../src/check/decision.ts';
import { CONVENTION_NAMES, CONVENTIONS } from '../../../src/transport/forward-auth/convention.ts';
import { encode } from '../../../src/transport/forward-auth/encode.ts';
import { samplePipeline } from '../../policy/samples.ts';
import { openGate, sendRaw } from './gate.ts';

const ANSWERED: Answered = {
  outcome: 'answer',
  identity: [],
  reason: 'resource_metadata',
  pipeline: samplePipeline('mcp'),
  principal: null,
  document: '{"resource":"https://a.example/mcp"}\n',
};
const METADATA = '/.well-known/oauth-protected-resource/mcp';
const lines = (...all: string[]) => `${[...all, 'Connection: close'].join('\r\n')}\r\n\r\n`;

test('what does not pass is never a 2xx, whatever its status', () => {
  const { metadata } = answerTo(ANSWERED, null);
  for (const name of CONVENTION_NAMES)
    for (const http of [200, 204, 299]) {
      const answer: Answer = { passes: false, http, headers: [], body: '', metadata };
      const { status } = encode(answer, CONVENTIONS[name]);
      assert.equal(status, 403, `${name} ${http}`);
    }
});

test('a client that is led to the listener gets the document of the host that it names', async () => {
  const asked: string[] = [];
  await using gate = await openGate({
    documentFor: ({ method, host, path }) => {
      asked.push(`${method} ${host} ${path}`);
      return host === 'a.example' ? ANSWERED : null;
    },
  });
  const answer = await sendRaw(
    gate.port,
    lines(`GET ${METADATA}?x HTTP/1.1`, 'Host: a.example', 'X-Forwarded-Host: b.example'),
  );
  assert.match(answer, /^HTTP\/1.1 200 /);
  assert.match(answer, /\r\naccess-control-allow-origin: \*\r\n/);
  assert.ok(answer.endsWith(`\r\n\r\n${ANSWERED.document}`));
  assert.deepEqual(asked, [`GET a.example ${METADATA}?x`]);
  const other = await sendRaw(gate.port, lines(`GET ${METADATA} HTTP/1.1`, 'Host: b.example'));
  assert.match(other, /^HTTP\/1.1 404 /);
  assert.deepEqual(gate.causes, ['unknown_url']);
});

test('HEAD and OPTIONS are answered without a body', async () => {
  await using gate = await openGate({ documentFor: () => ANSWERED });
  const head = await sendRaw(gate.port, lines(`HEAD ${METADATA} HTTP/1.1`, 'Host: a.example'));
  assert.match(head, /^HTTP\/1.1 200 [\s\S]*\r\ncontent-length: 37\r\n[\s\S]*\r\n\r\n$/);
  const options = await sendRaw(
    gate.port,
    lines(`OPTIONS ${METADATA} HTTP/1.1`, 'Host: a.example'),
  );
  assert.match(options, /^HTTP\/1.1 204 (?![\s\S]*content-length)[\s\S]*\r\n\r\n$/);
});

test('a document is for trusted peers, as a check is', async () => {
  await using gate = await openGate({ documentFor: () => ANSWERED, trusted: ['192.0.2.1'] });
  const answer = await sendRaw(gate.port, lines(`GET ${METADATA} HTTP/1.1`, 'Host: a.example'));
  assert.match(answer, /^HTTP\/1.1 403 /);
});

test('two hosts are no host', async () => {
  await using gate = await openGate({ documentFor: () => ANSWERED });
  const answer = await sendRaw(
    gate.port,
    lines(`GET ${METADATA} HTTP/1.1`, 'Host: a.example', 'Host: b.example'),
  );
  assert.match(answer, /^HTTP\/1.1 4\d\d /);
});

test('a request for what is no document is no check either', async () => {
  await using gate = await openGate();
  const answer = await sendRaw(gate.port, lines(`GET ${METADATA} HTTP/1.1`, 'Host: a.example'));
  assert.match(answer, /^HTTP\/1.1 404 /);
  assert.deepEqual([gate.asked, gate.causes], [[], ['unknown_url']]);
});
