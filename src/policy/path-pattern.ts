import { segmentsOf } from './path.ts';

/** Whether every path of a pattern is one of another pattern. */
export function covers(wide: string, narrow: string): boolean {
  return coversFrom(segmentsOf(wide), segmentsOf(narrow), 0);
}

function coversFrom(wide: readonly string[], narrow: readonly string[], at: number): boolean {
  const [one, other] = [wide[at], narrow[at]];
  if (one === '**') return true;
  if (one === undefined || other === undefined) return one === other;
  const fits = one === '*' ? other !== '**' && other !== '' : one === other;
  return fits && coversFrom(wide, narrow, at + 1);
}

/** Whether some path belongs to both patterns. */
export function overlaps(a: string, b: string): boolean {
  return overlapsFrom(segmentsOf(a), segmentsOf(b), 0);
}

function overlapsFrom(a: readonly string[], b: readonly string[], at: number): boolean {
  const [one, other] = [a[at], b[at]];
  if (one === '**' || other === '**') return true;
  if (one === undefined || other === undefined) return one === other;
  const fits = one === other || (one === '*' && other !== '') || (other === '*' && one !== '');
  return fits && overlapsFrom(a, b, at + 1);
}
