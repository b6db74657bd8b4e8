import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { boardOf } from '../../src/top/board.ts';
import { renderBoard } from '../../src/top/render.ts';
import { readSnapshot, type Snapshot } from '../../src/top/snapshot.ts';

/** A server that has decided so often, `seconds` after it was first looked at. */
function snapshot(
  seconds: number,
  allowed: number,
  more: { readonly started?: number; readonly remarks?: number; readonly refused?: number } = {},
): Snapshot {
  const { started = 1_000, remarks = 0, refused = 0 } = more;
  const checks = Array.from({ length: remarks }, (_, index) => ({
    name: `issuer i${index}`,
    ready: true,
    detail: 'keys are old\u001b[31m',
  }));
  const metrics = `
watchword_build_info{version="0.2.0",node="v24"} 1
watchword_config_info{hash="0123456789abcdef"} 1
process_start_time_seconds ${started}
watchword_decisions_total{pipeline="orders",outcome="allow",reason="verified",mode="enforce"} ${allowed}
watchword_decisions_total{pipeline="orders",outcome="deny",reason="token_missing",mode="enforce"} ${refused}
watchword_decision_duration_seconds_bucket{le="0.00005",outcome="allow"} ${allowed}
watchword_decision_duration_seconds_bucket{le="0.001",outcome="allow"} ${allowed}
watchword_decision_duration_seconds_bucket{le="+Inf",outcome="allow"} ${allowed}
watchword_decision_duration_seconds_bucket{le="0.00005",outcome="deny"} 0
watchword_decision_duration_seconds_bucket{le="0.001",outcome="deny"} ${refused}
watchword_decision_duration_seconds_bucket{le="+Inf",outcome="deny"} ${refused}
watchword_token_cache_lookups_total{result="hit"} ${allowed}
watchword_token_cache_lookups_total{result="miss"} ${refused}
watchword_token_cache_entries 7`;
  const at = started * 1000 + seconds * 1000;
  const read = readSnapshot(metrics, JSON.stringify({ ready: true, checks }), at);
  assert.ok(read);
  return read;
}

describe('what top shows', () => {
  test('is what was decided between two looks', () => {
    const board = boardOf(snapshot(10, 100), snapshot(12, 150, { refused: 2 }));
    assert.deepEqual(board.perSecond, { allow: 25, deny: 1, error: 0 });
    assert.deepEqual(
      board.decisions.map(({ reason, perSecond, total }) => [reason, perSecond, total]),
      [
        ['verified', 25, 150],
        ['token_missing', 1, 2],
      ],
    );
    assert.deepEqual(board.latency, { p50: 0.000_05, p99: 0.001 });
    assert.deepEqual(board.cache, { entries: 7, hitShare: 50 / 52 });
    assert.deepEqual([board.hash, board.up, board.seconds], ['0123456789abcdef', 12_000, 2]);
  });

  test('has no rate below zero where the process began anew', () => {
    const board = boardOf(snapshot(10, 1_000), snapshot(1, 4, { started: 2_000 }));
    assert.ok(board.perSecond.allow > 0);
  });

  test('has no latency where nothing was decided', () => {
    const board = boardOf(snapshot(10, 100), snapshot(12, 100));
    assert.deepEqual(board.latency, { p50: null, p99: null });
    assert.equal(board.cache.hitShare, null);
  });

  test('is null of what is no Watchword', () => {
    assert.equal(readSnapshot('<html>', '', 0), null);
    assert.equal(readSnapshot('node_info 1\n', 'null', 0), null);
  });

  test('fits every screen, and obeys no control character', () => {
    const board = boardOf(snapshot(10, 100), snapshot(12, 150, { refused: 2, remarks: 6 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 60 }),
        (columns, rows) => {
          const lines = renderBoard(board, { columns, rows, colors: false });
          assert.ok(lines.length <= rows);
          for (const line of lines) {
            assert.ok(line.length <= columns, line);
            assert.doesNotMatch(line, /\p{Cc}/u);
          }
        },
      ),
    );
  });

  test('reads so at 80 columns', () => {
    const board = boardOf(snapshot(10, 100), snapshot(12, 150, { refused: 2, remarks: 1 }));
    assert.deepEqual(renderBoard(board, { columns: 80, rows: 24, colors: false }), [
      'watchword 0.2.0  ready  up 12 s  configuration 0123456789abcdef',
      '25.0/s allow  1.0/s deny  0/s error  p50 ≤ 50 µs  p99 ≤ 1 ms',
      '7 tokens in the cache, 96.2 % of look-ups found',
      '! issuer i0: keys are old?[31m',
      '',
      '       /s      in all  outcome mode     pipeline            reason',
      '     25.0         150  allow   enforce  orders              verified',
      '      1.0           2  deny    enforce  orders              token_missing',
    ]);
  });

  test('has colours where the terminal has', () => {
    const board = boardOf(snapshot(10, 100), snapshot(12, 150));
    const text = renderBoard(board, { columns: 80, rows: 24, colors: true }).join('\n');
    assert.ok(text.includes('\u001b[32mready\u001b[0m'));
  });
});
