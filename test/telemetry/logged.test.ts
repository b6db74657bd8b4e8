import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { type Decision, refuse } from '../../src/check/decision.ts';
import { logged } from '../../src/telemetry/logged.ts';
import { samplePipeline, sampleRequest } from '../policy/samples.ts';
import { decisionLog } from './decision-log.ts';

function wordFor(decision: Decision, level: 'debug' | 'info'): string | undefined {
  const lines: string[] = [];
  const log = pino({ level }, { write: (line: string) => lines.push(line) });
  const check = logged(log, decisionLog())(() => decision);
  assert.equal(check(sampleRequest(), 0), decision);
  const [line] = lines;
  return line === undefined ? undefined : (JSON.parse(line) as { msg: string }).msg;
}

const allowed: Decision = {
  outcome: 'allow',
  reason: 'anonymous',
  pipeline: samplePipeline('p'),
  principal: null,
  identity: [],
};
const enforced = refuse('token_missing', { pipeline: samplePipeline('p') });
const shadowed = refuse('token_missing', { pipeline: samplePipeline('p', { mode: 'shadow' }) });

for (const [title, decision, atDebug, atInfo] of [
  ['an allowed request is a line at debug only', allowed, 'allowed', undefined],
  ['a refused one is a line at info', enforced, 'refused', 'refused'],
  ['one without a pipeline too', refuse('pipeline_missing'), 'refused', 'refused'],
  [
    'what a shadow lets pass is never said to be refused',
    shadowed,
    'would be refused',
    'would be refused',
  ],
] as const) {
  test(title, () => {
    assert.equal(wordFor(decision, 'debug'), atDebug);
    assert.equal(wordFor(decision, 'info'), atInfo);
  });
}
