const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** A span of time in its largest unit, and the next one below ten: `3 h`, `2 min 5 s`. */
export function span(milliseconds: number): string {
  const whole = Math.max(0, milliseconds);
  const index = UNITS.findIndex(([size]) => whole >= size);
  const unit = UNITS[index];
  if (unit === undefined) return '0 s';
  const [size, name] = unit;
  const count = Math.floor(whole / size);
  const next = UNITS[index + 1];
  const rest = next === undefined ? 0 : Math.floor((whole - count * size) / next[0]);
  return count >= 10 || next === undefined || rest === 0
    ? `${count} ${name}`
    : `${count} ${name} ${rest} ${next[1]}`;
}

/** How long ago a moment was, or `never`. */
export function ago(moment: number | null, now: number): string {
  return moment === null ? 'never' : `${span(now - moment)} ago`;
}

/** How far ahead a moment is, or `-`. */
export function ahead(moment: number | null, now: number): string {
  if (moment === null) return '-';
  return moment <= now ? 'now' : `in ${span(moment - now)}`;
}

export function clock(moment: number): string {
  return new Date(moment).toLocaleTimeString('en-GB');
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A rate with three digits at most. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond >= 100) return count(perSecond);
  return perSecond >= 10 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
