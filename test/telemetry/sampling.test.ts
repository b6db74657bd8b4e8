import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { type Decision, refuse } from '../../src/check/decision.ts';
import { logged } from '../../src/telemetry/logged.ts';
import { samplePipeline } from '../policy/samples.ts';
import { decisionLog } from './decision-log.ts';

/** `logged` with a clock of the test's: milliseconds. */
function sampler() {
  const lines: { readonly suppressedBefore?: number }[] = [];
  const sink = { write: (line: string) => void lines.push(JSON.parse(line) as object) };
  const clock = { now: 0, suppressed: 0 };
  const wrap = logged(
    pino({ base: null }, sink),
    decisionLog(
      {},
      {
        onSuppressed: () => {
          clock.suppressed += 1;
        },
        now: () => clock.now,
      },
    ),
  );
  const check = wrap(() => refuse('token_missing'));
  return {
    lines,
    clock,
    refuse: (times: number) => {
      for (let n = 0; n < times; n += 1) void check(null, 100);
    },
  };
}

test('fifty refusals at once are logged, and ten a second after them', () => {
  const { lines, clock, refuse: ask } = sampler();
  ask(1_000);
  assert.equal(lines.length, 50);
  assert.equal(clock.suppressed, 950);
  clock.now = 1_000;
  ask(1_000);
  assert.equal(lines.length, 60);
  for (let second = 2; second <= 60; second += 1) {
    clock.now = second * 1_000;
    ask(100);
  }
  assert.equal(lines.length, 60 + 59 * 10);
});

test('the next line says how many were left out before it, once', () => {
  const { lines, clock, refuse: ask } = sampler();
  ask(120);
  assert.deepEqual(
    lines.filter((line) => line.suppressedBefore !== undefined),
    [],
  );
  clock.now = 500;
  ask(2);
  assert.deepEqual(
    lines.slice(50).map(({ suppressedBefore }) => suppressedBefore),
    [70, undefined],
  );
});

test('a pause fills the allowance up to its burst and no further', () => {
  const { lines, clock, refuse: ask } = sampler();
  ask(50);
  clock.now = 3_600_000;
  ask(500);
  assert.equal(lines.length, 100);
});

test('a clock that is put back makes no lines', () => {
  const { lines, clock, refuse: ask } = sampler();
  clock.now = 10_000;
  ask(100);
  clock.now = 0;
  ask(100);
  assert.equal(lines.length, 50);
});

test('a flood at one pipeline leaves the lines of another alone', () => {
  const lines: string[] = [];
  const suppressed: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const onSuppressed = (pipeline: string) => void suppressed.push(pipeline);
  const wrap = logged(log, decisionLog({}, { onSuppressed, now: () => 0 }));
  const ask = (name: string) =>
    void wrap(() => refuse('token_missing', { pipeline: samplePipeline(name) }))(null, 0);
  for (let n = 0; n < 1_000; n += 1) ask('loud');
  ask('quiet');
  assert.equal(lines.length, 51);
  assert.match(lines.at(-1) ?? '', /"pipeline":"quiet"/);
  assert.deepEqual(new Set(suppressed), new Set(['loud']));
});

test('shares of what passes and of what is refused have lines', () => {
  const lines: { readonly outcome?: string }[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as object);
  let drawn = 0;
  // 0, 0.01, … 0.99, and again.
  const random = () => (drawn++ % 100) / 100;
  const settings = { allow: 0.1, refuse: 0.5, burst: 1_000 };
  const wrap = logged(pino({ base: null }, { write }), decisionLog(settings, { random }));
  const pipeline = samplePipeline('orders');
  const allow: Decision = {
    ...{ outcome: 'allow', reason: 'anonymous', principal: null, identity: [], pipeline },
  };
  for (let n = 0; n < 100; n += 1) void wrap(() => allow)(null, 0);
  for (let n = 0; n < 100; n += 1) void wrap(() => refuse('token_missing', { pipeline }))(null, 0);
  const count = (outcome: string) => lines.filter((line) => line.outcome === outcome).length;
  assert.deepEqual([count('allow'), count('deny')], [10, 50]);
});
