import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import {
  GATEWAY_NAMES,
  type Gateway,
  type GatewayName,
  startGateway,
} from '../../deploy/gateways/gateway.ts';
import { startWatchword } from '../../src/server/watchword.ts';
import { decisionLog } from './decision-log.ts';
import { type Engine, openEngine } from './engine.ts';
import { type FixtureName, makeFixture } from './fixtures.ts';
import { groups, IDENTITY, Rig, run } from './gateway-rig.ts';
import { type Tally, tableFault } from './gateway-table.ts';
import { FORGED_CASES, GATEWAY_CASES } from './http-cases.ts';

/** The host of the pipeline `special`, which wants no token, has a backend of its own behind every gateway. */
const OPEN_HOST = 'special.shop.example.com';

async function openRig(
  name: GatewayName,
  fixture: FixtureName,
  pipeline: string,
  stack: AsyncDisposableStack,
): Promise<{ rig: Rig; gateway: Gateway }> {
  const { path } = stack.use(await makeFixture(fixture, { http: '127.0.0.1:0' }, 'debug'));
  const { log, decisions } = decisionLog();
  const { httpPort } = stack.use(await startWatchword(path, log));
  const backend = stack.use(await startBackend('echo'));
  const open = stack.use(await startBackend('open'));
  const gateway = stack.use(
    await startGateway(name, {
      watchword: `127.0.0.1:${httpPort}`,
      backend: backend.address,
      identityHeaders: IDENTITY,
      routes: [
        { prefix: '/', pipeline },
        { prefix: '/strip', pipeline, token: 'strip' },
        { prefix: '/keep', pipeline, overrideHeaders: 'keep' },
      ],
      sites: [{ host: OPEN_HOST, backend: open.address }],
    }),
  );
  return { rig: new Rig(gateway, [backend, open], decisions), gateway };
}

const tallies = new Map<GatewayName, Tally>();
const versions = new Map<GatewayName, string>();

for (const name of GATEWAY_NAMES) {
  const tally: Tally = { same: 0, rewritten: 0, itself: 0 };
  tallies.set(name, tally);
  for (const { fixture, pipeline, cases } of groups()) {
    describe(`real ${name}, ${fixture} fixture, pipeline ${pipeline}`, () => {
      const stack = new AsyncDisposableStack();
      let rig: Rig;
      let engine: Engine;
      before(async () => {
        const opened = await openRig(name, fixture, pipeline, stack);
        rig = opened.rig;
        versions.set(name, opened.gateway.version);
        engine = await openEngine(fixture, stack);
      });
      after(() => stack.disposeAsync());
      for (const one of cases) {
        test(one.title, async () => {
          tally[await run(one, rig, engine)] += 1;
        });
      }
    });
  }
}

test('the table in the README is that of this run', () => {
  const rows = GATEWAY_NAMES.map((name) => ({
    name,
    version: versions.get(name) ?? '',
    tally: tallies.get(name) ?? { same: 0, rewritten: 0, itself: 0 },
  }));
  const count = GATEWAY_CASES.length + FORGED_CASES.length;
  const unfinished = rows.filter(
    ({ tally }) => tally.same + tally.rewritten + tally.itself < count,
  );
  // Their own failures are the news; a table of what is left of them is none.
  assert.deepEqual(
    unfinished.map(({ name }) => name),
    [],
    'gateways some of whose cases failed',
  );
  assert.equal(tableFault(rows), null);
});
