import { runbookOf } from './alerts.ts';
import { type Panel, ROWS, type Row, STATE } from './panels.ts';
import { expressionOf, type Signal, select } from './signal.ts';
import { SIGNALS } from './signals.ts';

const SELECTED = 'namespace=~"$namespace"';
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
/** Grafana's grid has 24 columns. */
const COLUMNS = 24;

/** A panel as the dashboard lays it out. */
interface Placed extends Panel {
  readonly runbook?: string;
  readonly width: number;
  readonly height: number;
}

/** The panels of the first row: one for each signal that is counted there, and the state beside them. */
function wellPanels(): readonly Placed[] {
  const counted = SIGNALS.flatMap((signal) =>
    signal.counted === undefined ? [] : [countOf(signal, signal.counted)],
  );
  const state = STATE.map((panel) => ({ ...panel, width: 4, height: 3 }));
  return [...state, ...counted];
}

/** How many series are at this moment as the alert asks. */
function countOf(signal: Signal, title: string): Placed {
  return {
    title,
    description: `${signal.summary}. Alert ${signal.alert}.`,
    type: 'stat',
    unit: 'short',
    targets: [{ query: `count(${expressionOf(signal, 'SEL')}) or vector(0)`, legend: title }],
    red: 1,
    runbook: signal.alert,
    width: 4,
    height: 3,
  };
}

function placedRow({ panels }: Row): readonly Placed[] {
  return panels.map((panel) => ({ ...panel, width: 12, height: 8 }));
}

/** The dashboard, as Grafana 11 and later import it. */
export function dashboard(): object {
  const rows = [
    { title: 'Is all well?', panels: wellPanels() },
    ...ROWS.map((row) => ({ title: row.title, panels: placedRow(row) })),
  ];
  let y = 0;
  const panels: object[] = [];
  for (const { title, panels: placed } of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    for (const [index, panel] of placed.entries()) {
      panels.push(panelJson(panel, panels.length + 1, { x, y }));
      x += panel.width;
      if (x + panel.width > COLUMNS || index === placed.length - 1) {
        x = 0;
        y += panel.height;
      }
    }
  }
  return {
    uid: 'watchword',
    title: 'Watchword',
    description: 'Made from deploy/monitoring by deploy/kubernetes/generate.ts.',
    tags: ['watchword'],
    schemaVersion: 42,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    templating: { list: [DATASOURCES, NAMESPACES, PIPELINES] },
    panels,
  };
}

const DATASOURCES = {
  name: 'datasource',
  label: 'Prometheus',
  type: 'datasource',
  query: 'prometheus',
};

/** A variable over the values of a label: several, or all of them, and also what has no such label. */
function labelVariable(name: string, label: string, metric: string): object {
  const query = `label_values(${metric}, ${name})`;
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query,
    definition: query,
    refresh: 2,
    sort: 1,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

const NAMESPACES = labelVariable('namespace', 'Namespace', 'watchword_build_info');
const PIPELINES = labelVariable('pipeline', 'Pipeline', `watchword_decisions_total{${SELECTED}}`);

function panelJson(panel: Placed, id: number, { x, y }: { x: number; y: number }): object {
  const { title, description, type, unit, targets, width, height, runbook } = panel;
  const isInstant = type !== 'timeseries';
  return {
    id,
    type,
    title,
    description,
    datasource: DATASOURCE,
    gridPos: { x, y, w: width, h: height },
    ...(runbook === undefined ? {} : { links: [{ ...LINK, url: runbookOf(runbook) }] }),
    fieldConfig: { defaults: fieldDefaults(panel, unit), overrides: [] },
    options: OPTIONS[type],
    targets: targets.map(({ query, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr: queryOf(query),
      ...(legend === '' ? {} : { legendFormat: legend }),
      ...(isInstant ? { instant: true, range: false } : {}),
      ...(type === 'table' ? { format: 'table' } : {}),
    })),
  };
}

/** A query with the variables of the dashboard in it. */
export function queryOf(query: string): string {
  return select(query, SELECTED).replaceAll('PIPE', 'pipeline=~"$pipeline"');
}

function fieldDefaults({ type, orange, red }: Panel, unit: string): object {
  const steps = [
    { color: type === 'stat' && red === undefined ? 'text' : 'green', value: null },
    ...(orange === undefined ? [] : [{ color: 'orange', value: orange }]),
    ...(red === undefined ? [] : [{ color: 'red', value: red }]),
  ];
  const shown = orange === undefined && red === undefined ? 'off' : 'line';
  return {
    unit,
    ...(type === 'timeseries' ? { min: 0 } : {}),
    color: { mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' },
    thresholds: { mode: 'absolute', steps },
    ...(type === 'timeseries'
      ? { custom: { fillOpacity: 10, thresholdsStyle: { mode: shown } } }
      : {}),
  };
}

/** All that the schema of a link demands. */
const LINK = {
  title: 'Runbook',
  type: 'link',
  icon: 'external link',
  tooltip: 'What to do',
  tags: [],
  asDropdown: false,
  targetBlank: true,
  includeVars: false,
  keepTime: false,
} as const;

const OPTIONS = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: {
    colorMode: 'value',
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
    textMode: 'auto',
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
  table: { showHeader: true, cellHeight: 'sm', frameIndex: 0 },
} as const;
