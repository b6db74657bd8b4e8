import { nearMiss } from '../base/near-miss.ts';

/** What a refusal adds where something accepted was nearly there: for `explain` and the log. Empty where nothing was. */

/** More audiences of a token than these are not compared. */
const MAX_COMPARED = 8;

/** The accepted audience that one of the token's differs from by next to nothing. */
export function nearAudience(named: readonly string[], accepted: ReadonlySet<string>): string {
  const near = named.slice(0, MAX_COMPARED).map((one) => nearMiss(one, accepted));
  const found = near.find((one) => one !== null);
  return found === undefined ? '' : `; near: ${found}`;
}

/** Why a scope that seems to be granted is not. */
export function nearScope(missing: string, granted: ReadonlySet<string>): string {
  const near = nearMiss(missing, granted);
  if (near !== null) return `; near: ${near}`;
  const isInList = [...granted].some((one) => one.split(/[,;]/).includes(missing));
  return isInList ? '; scopes in one text are separated by spaces (RFC 6749 section 3.3)' : '';
}
