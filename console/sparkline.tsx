const WIDTH = 120;
const HEIGHT = 24;
/** Points of a line: one a minute of the last hour. */
const POINTS = 60;

/** A line over the last hour, drawn for the eye; the numbers stand beside it. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const size = Math.max(1, Math.ceil(values.length / POINTS));
  const sums = Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size).reduce((total, value) => total + value, 0),
  );
  const most = Math.max(1, ...sums);
  const step = WIDTH / Math.max(1, sums.length - 1);
  const points = sums.map(
    (value, index) =>
      `${(index * step).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`,
  );
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      <polyline points={points.join(' ')} />
    </svg>
  );
}
