import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTO_FOLDER } from '../../src/transport/ext-authz/service.ts';
import { type Declarations, readProtos } from './declarations.ts';

/** The file that imports all the others. */
export const SERVICE_FILE = 'envoy/service/auth/v3/external_auth.proto';

/** What our subset declares. */
export const SUBSET = readProtos(SERVICE_FILE, [PROTO_FOLDER]);

/** Fewer members compared than this, and a test looks at something else than our subset. */
const FEWEST_COMPARED = 75;

/**
 * One test for each message, enum and service of our subset: every member of it is declared the same there. Members in
 * `absent`, by full name, are not compared.
 */
export function testSubset(
  there: Declarations,
  where: string,
  absent: ReadonlySet<string> = new Set(),
): void {
  let compared = 0;
  for (const [owner, members] of SUBSET) {
    const names = [...members.keys()].filter((member) => !absent.has(`${owner}.${member}`));
    compared += names.length;
    test(`${owner} is declared as in ${where}`, () => {
      for (const name of names) {
        const declared = there.get(owner)?.get(name) ?? 'not there';
        assert.equal(`${name}: ${members.get(name)}`, `${name}: ${declared}`);
      }
    });
  }
  test(`all that is ours is compared with ${where}`, () => {
    assert.ok(compared >= FEWEST_COMPARED, `only ${compared} members are compared`);
  });
}
