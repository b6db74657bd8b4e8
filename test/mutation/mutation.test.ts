import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Mutation, SUITES, type Suite } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';
import { Workshop } from './workshop.ts';

/*
 * Disabling any one check of the decision path turns a named test red. A check that nothing would miss is either not a check or
 * not tested; both are worth knowing.
 */

/** As many as a small machine has cores. */
const AT_ONCE = 2;

const titleOf = ({ file, check }: Mutation): string => `${file}: ${check}`;
const suiteOf = ({ suite = 'engine' }: Mutation): Suite => suite;

/** The copies of the project that are free. */
const workshops: Workshop[] = [];
before(async () => {
  for (let count = 0; count < AT_ONCE; count += 1) workshops.push(await Workshop.open());
});
after(async () => {
  for (const workshop of workshops) await workshop[Symbol.asyncDispose]();
});

async function inWorkshop<T>(work: (workshop: Workshop) => Promise<T>): Promise<T> {
  const workshop = workshops.pop();
  assert.ok(workshop !== undefined, 'a workshop is free');
  try {
    return await work(workshop);
  } finally {
    workshops.push(workshop);
  }
}

test('no check is in the table twice', () => {
  const titles = MUTATIONS.map(titleOf);
  assert.deepEqual(titles.toSorted(), [...new Set(titles)].toSorted());
});

describe('with every check in place, all of these tests are green', {
  concurrency: AT_ONCE,
}, () => {
  for (const suite of Object.keys(SUITES) as Suite[]) {
    test(suite, () =>
      inWorkshop(async (workshop) => {
        const reds = MUTATIONS.filter((one) => suiteOf(one) === suite).map(({ red }) => red);
        const titles = [...new Set([...reds, ...SUITES[suite].controls])];
        assert.ok(reds.length > 0, 'the suite has a row');
        const ended = await workshop.run(suite, titles);
        for (const title of titles) assert.equal(ended.get(title)?.passed, true, title);
      }),
    );
  }
});

describe('a check that is disabled is missed', { concurrency: AT_ONCE }, () => {
  for (const mutation of MUTATIONS) {
    test(titleOf(mutation), () =>
      inWorkshop(async (workshop) => {
        const { red } = mutation;
        const suite = suiteOf(mutation);
        const controls = SUITES[suite].controls.filter((title) => title !== red);
        const ended = await workshop.disabled(mutation, () =>
          workshop.run(suite, [red, ...controls]),
        );
        assert.equal(ended.get(red)?.passed, false, `'${red}' stays green`);
        assert.ok(ended.get(red)?.asserted, `'${red}' breaks instead of seeing it`);
        for (const title of controls)
          assert.equal(ended.get(title)?.passed, true, `'${title}' must stay green`);
      }),
    );
  }
});
