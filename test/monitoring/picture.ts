import { writeFile } from 'node:fs/promises';
import { dashboard } from '../../deploy/monitoring/dashboard.ts';
import { type Prometheus, prometheusWith, type Series } from './prometheus.ts';
import { scriptedHour } from './scripted-hour.ts';

/*
 * `node test/monitoring/picture.ts`: draws docs/operations/dashboard.svg, the dashboard with what a real Prometheus answers
 * to its queries after the scripted hour. Grafana is not among the programs that the tests may use, so this is a drawing of the same
 * panels, places, queries, thresholds and data, and no screenshot.
 */

interface GridPanel {
  readonly type: 'row' | 'stat' | 'timeseries' | 'table';
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly thresholds: {
        readonly steps: readonly { readonly color: string; readonly value: number | null }[];
      };
    };
  };
}

const WIDTH = 1_440;
const COLUMN = WIDTH / 24;
const LINE = 34;
const GAP = 4;
const COLORS = [
  '#7eb26d',
  '#eab839',
  '#6ed0e0',
  '#ef843c',
  '#e24d42',
  '#1f78c1',
  '#ba43a9',
  '#705da0',
];
const NAMED: Readonly<Record<string, string>> = {
  ...{ green: '#73bf69', orange: '#ff9830', red: '#f2495c', text: '#ccccdc' },
};

/** A query with values for the dashboard's variables. */
export function filledIn(query: string): string {
  const values = { namespace: '.*', pipeline: '.*', __rate_interval: '4m', __range: '1h' };
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`$${name}`, value),
    query,
  );
}

interface Line {
  readonly name: string;
  readonly values: readonly (readonly [time: number, value: number])[];
}

async function linesOf(
  prometheus: Prometheus,
  { type, targets = [] }: GridPanel,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const { expr, legendFormat = '' } of targets) {
    const query = filledIn(expr);
    const series =
      type === 'timeseries' ? await prometheus.over(query) : await prometheus.at(query);
    for (const { metric, values } of series) {
      const numbers = values.map(([time, value]) => [time, Number(value)] as const);
      lines.push({ name: legend(legendFormat, metric), values: numbers });
    }
  }
  return lines;
}

function legend(format: string, metric: Series['metric']): string {
  if (format === '') return Object.values(metric).join('  ');
  return format.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => metric[name] ?? '').trim();
}

function shown(value: number, unit: string): string {
  if (unit === 'percentunit') return `${(value * 100).toPrecision(3)} %`;
  if (unit === 's')
    return value < 1 ? `${(value * 1_000).toPrecision(3)} ms` : `${value.toPrecision(3)} s`;
  if (unit === 'bytes') return `${(value / 1_048_576).toFixed(0)} MiB`;
  if (unit === 'reqps') return `${value.toPrecision(2)} req/s`;
  return String(Number(value.toPrecision(3)));
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function text(x: number, y: number, size: number, color: string, content: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${color}">${escaped(content)}</text>`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function boxOf({ gridPos: { x, y, w, h } }: GridPanel): Box {
  return { x: x * COLUMN + GAP, y: y * LINE + GAP, w: w * COLUMN - 2 * GAP, h: h * LINE - 2 * GAP };
}

function stat({ x, y, h }: Box, panel: GridPanel, lines: readonly Line[]): readonly string[] {
  const { unit = 'short', thresholds } = panel.fieldConfig?.defaults ?? {};
  return lines.map(({ name, values }, index) => {
    const value = values.at(-1)?.[1] ?? Number.NaN;
    const step = thresholds?.steps.findLast((one) => one.value === null || value >= one.value);
    const left = x + 10 + index * 76;
    const label = lines.length > 1 ? text(left, y + h - 8, 11, '#8e8e99', name) : '';
    return (
      text(left, y + h - 24, 30, NAMED[step?.color ?? 'text'] ?? '#ccccdc', shown(value, unit)) +
      label
    );
  });
}

function graph({ x, y, w, h }: Box, panel: GridPanel, lines: readonly Line[]): readonly string[] {
  const unit = panel.fieldConfig?.defaults.unit ?? 'short';
  const points = lines
    .flatMap(({ values }) => values)
    .filter(([, value]) => Number.isFinite(value));
  const top = Math.max(...points.map(([, value]) => value), 1e-9) * 1.1;
  const [from, to] = [
    Math.min(...points.map(([time]) => time)),
    Math.max(...points.map(([time]) => time)),
  ];
  const area = { x: x + 74, y: y + 30, w: w - 90, h: h - 76 };
  const place = ([time, value]: readonly [number, number]): string =>
    `${(area.x + ((time - from) / Math.max(1, to - from)) * area.w).toFixed(1)},${(area.y + area.h * (1 - value / top)).toFixed(1)}`;
  const grid = [0, 0.5, 1].map((part) => {
    const at = area.y + area.h * (1 - part);
    return `<path d="M${area.x} ${at}h${area.w}" stroke="#2c3235"/>${text(x + 8, at + 4, 11, '#8e8e99', shown(top * part, unit))}`;
  });
  const drawn = lines.map(({ values }, index) => {
    const path = values
      .filter(([, value]) => Number.isFinite(value))
      .map(place)
      .join(' ');
    return `<polyline points="${path}" fill="none" stroke="${COLORS[index % COLORS.length]}" stroke-width="1.5"/>`;
  });
  let left = x + 10;
  const legends = lines.slice(0, 7).map(({ name }, index) => {
    const at = left;
    left += 26 + name.length * 6.6;
    if (left > x + w) return '';
    return `<rect x="${at}" y="${y + h - 18}" width="12" height="3" fill="${COLORS[index % COLORS.length]}"/>${text(at + 16, y + h - 12, 11, '#ccccdc', name)}`;
  });
  return [...grid, ...drawn, ...legends];
}

function table({ x, y, w }: Box, lines: readonly Line[]): readonly string[] {
  const rows = lines.toSorted((a, b) => (b.values.at(-1)?.[1] ?? 0) - (a.values.at(-1)?.[1] ?? 0));
  return rows.slice(0, 7).map(({ name, values }, index) => {
    const at = y + 50 + index * 26;
    const value = shown(Math.round(values.at(-1)?.[1] ?? 0), 'short');
    return text(x + 10, at, 13, '#ccccdc', name) + text(x + w - 60, at, 13, '#ccccdc', value);
  });
}

function drawing(panel: GridPanel, lines: readonly Line[]): string {
  const box = boxOf(panel);
  if (panel.type === 'row') return text(box.x, box.y + 20, 15, '#ccccdc', `⌄ ${panel.title}`);
  const frame = `<rect x="${box.x}" y="${box.y}" width="${box.w}" height="${box.h}" rx="3" fill="#181b1f" stroke="#2c3235"/>`;
  const title = text(box.x + 10, box.y + 18, 13, '#ccccdc', panel.title);
  const content =
    panel.type === 'stat'
      ? stat(box, panel, lines)
      : panel.type === 'table'
        ? table(box, lines)
        : graph(box, panel, lines);
  return [frame, title, ...content].join('\n');
}

async function draw(): Promise<string> {
  const hour = await scriptedHour();
  const gate = { namespace: 'gate', job: 'watchword', pod: 'a', instance: '10.0.0.1:9190' };
  await using prometheus = await prometheusWith([[gate, hour]]);
  const { panels } = dashboard() as { readonly panels: readonly GridPanel[] };
  const drawn: string[] = [];
  for (const panel of panels) drawn.push(drawing(panel, await linesOf(prometheus, panel)));
  const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) * LINE + GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="Inter, Helvetica, Arial, sans-serif" role="img" aria-label="The dashboard of Watchword after an hour">
<rect width="${WIDTH}" height="${height}" fill="#111217"/>
${drawn.join('\n')}
</svg>
`;
}

await writeFile(new URL('../../docs/operations/dashboard.svg', import.meta.url), await draw());
