import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

/** A line of the chart: its name, and the custom property of the style sheet that has its colour. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
}

interface ChartProps {
  /** What a screen reader says of it. */
  readonly label: string;
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

const HEIGHT = 220;

/** Lines over time. Drawn again where the page's width or the system's colour scheme changes. */
export function Chart({ label, times, lines }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;
  const latest = useRef({ data, lines });
  latest.current = { data, lines };
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      plot.current?.destroy();
      const { data: drawn, lines: named } = latest.current;
      plot.current = new uPlot(optionsOf(named, element.clientWidth), drawn, element);
    };
    draw();
    const sized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    sized.observe(element);
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      sized.disconnect();
      scheme.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <figure class="chart">
      <div ref={place} role="img" aria-label={label} />
      <figcaption>
        {lines.map(({ name, color }) => (
          <span key={name} class={`legend ${color}`}>
            {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function optionsOf(lines: readonly Line[], width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: color('muted'),
    font,
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [
      { ...axis, values: (_plot, times) => times.map(minuteOf) },
      { ...axis, size: 48 },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.name,
        stroke: color(line.color),
        width: 2,
        points: { show: false },
      })),
    ],
  };
}

/** `13:05`, of seconds since the epoch. */
function minuteOf(seconds: number): string {
  const time = new Date(seconds * 1000);
  return time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
