import type { Header } from '../check/decision.ts';
import type { Pipeline } from '../policy/pipeline.ts';

type Removes = Pipeline['removes'];

/** Lists that are remembered for one pipeline: requests set all identity headers, or a few combinations of them. */
const MAX_REMEMBERED = 64;
/** Bits of a number that JavaScript shifts. */
const MAX_BITS = 31;

/** By what a pipeline removes, then by which of the identity headers are set, one bit each. */
const remembered = new WeakMap<Removes, Map<number, readonly string[]>>();

/**
 * The request headers that an answer removes: what its pipeline always removes, and those of the identity headers that it does
 * not set. Never one that it sets, since gateways remove after they set. The same combination gives the same list, so that an
 * encoder encodes it once.
 */
export function removedBy(removes: Removes, set: readonly Header[]): readonly string[] {
  const { always, unlessSet } = removes;
  if (unlessSet.length === 0) return always;
  if (unlessSet.length > MAX_BITS) return removalsNow(removes, set);
  let bits = 0;
  for (const { name } of set) {
    const index = unlessSet.indexOf(name);
    if (index !== -1) bits |= 1 << index;
  }
  const lists = remembered.get(removes) ?? rememberedFor(removes);
  const known = lists.get(bits);
  if (known !== undefined) return known;
  const made = removalsNow(removes, set);
  if (lists.size < MAX_REMEMBERED) lists.set(bits, made);
  return made;
}

function rememberedFor(removes: Removes): Map<number, readonly string[]> {
  const lists = new Map<number, readonly string[]>();
  remembered.set(removes, lists);
  return lists;
}

function removalsNow({ always, unlessSet }: Removes, set: readonly Header[]): readonly string[] {
  return [...always, ...unlessSet.filter((name) => !set.some((header) => header.name === name))];
}
