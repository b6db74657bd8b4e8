import type { ScopeStrategy } from '../policy/requirement.ts';

/** What parts the segments of a scope: `orders.read`, `orders:read`, `https://api.example/orders`. */
const SEPARATORS = '.:/';

/** Whether a token's scopes have one that is asked, or one that stands for it under a strategy. */
export function isGranted(
  scope: string,
  granted: ReadonlySet<string>,
  strategy: ScopeStrategy,
): boolean {
  if (granted.has(scope)) return true;
  switch (strategy) {
    case 'exact':
      return false;
    case 'hierarchic':
      return [...granted].some((one) => isAbove(one, scope));
    case 'wildcard':
      return [...granted].some((one) => one.includes('*') && fits(one, scope));
  }
}

/** `orders` is above `orders.read` and `orders:read`, and not above `orders-old`. */
function isAbove(granted: string, scope: string): boolean {
  return scope.startsWith(granted) && SEPARATORS.includes(scope[granted.length] ?? ' ');
}

/** `*` stands for one segment, at the end for one or more; never for nothing. */
function fits(granted: string, scope: string): boolean {
  const pattern = partsOf(granted);
  const parts = partsOf(scope);
  const last = pattern.length - 1;
  if (parts.length < pattern.length) return false;
  if (parts.length > pattern.length && pattern[last] !== '*') return false;
  return pattern.every((part, index) =>
    part === '*' ? parts[index] !== '' : part === parts[index],
  );
}

/** Segments and separators in turns, so that `orders.*` is no pattern for `orders:read`. */
function partsOf(scope: string): readonly string[] {
  return scope.split(/([.:/])/);
}
