import type { Pipelines, PipelineUse, RouteUse } from '../src/console/api.ts';
import { type Column, Table } from './table.tsx';
import { useApi } from './use-api.ts';

export function PipelinesView() {
  const { data } = useApi<Pipelines>('pipelines', 10_000);
  if (data === null) return <p>Loading…</p>;
  const { pipelines, routesWatched, unnamed, moreUnnamed, astray } = data;
  return (
    <>
      {!routesWatched && (
        <p>Route objects are not watched (routes.watch): by them no pipeline is named.</p>
      )}
      {astray.length > 0 && (
        <section class="card bad">
          <h2>Routes that are refused for what they say</h2>
          <Routes routes={astray} caption="Routes that name no pipeline that there is" more={0} />
        </section>
      )}
      {pipelines.length === 0 && <p>There is no pipeline: every request is refused.</p>}
      {pipelines.map((pipeline) => (
        <Pipeline key={pipeline.name} pipeline={pipeline} />
      ))}
      {unnamed.length > 0 && (
        <section class="card">
          <h2>Routes without a pipeline of their own</h2>
          <p>The gateway's context extension, `match` or `default` decides.</p>
          <Routes routes={unnamed} caption="Routes that name no pipeline" more={moreUnnamed} />
        </section>
      )}
    </>
  );
}

function Pipeline({ pipeline }: { readonly pipeline: PipelineUse }) {
  const { name, place, mode, isDefault, matches, selectableBy, require, routes, moreRoutes } =
    pipeline;
  return (
    <section class="card" aria-labelledby={`pipeline-${name}`}>
      <h2 id={`pipeline-${name}`}>
        {name} {mode === 'shadow' && <span class="tag warn">shadow: refusals pass</span>}
        {isDefault && <span class="tag">default</span>}
      </h2>
      <dl>
        <dt>From</dt>
        <dd>
          <code>{place}</code>
        </dd>
        <dt>Matches</dt>
        <dd>
          {matches.length === 0
            ? 'nothing by itself'
            : matches.map((line) => <code key={line}>{line}</code>)}
        </dd>
        <dt>May be named by</dt>
        <dd>{selectableBy}</dd>
        <dt>Requires</dt>
        <dd>
          <code>{typeof require === 'string' ? require : JSON.stringify(require)}</code>
        </dd>
      </dl>
      {routes.length === 0 ? (
        <p>No route object names it.</p>
      ) : (
        <Routes routes={routes} caption={`Routes that name ${name}`} more={moreRoutes} />
      )}
    </section>
  );
}

interface RoutesProps {
  readonly routes: readonly RouteUse[];
  readonly caption: string;
  readonly more: number;
}

function Routes({ routes, caption, more }: RoutesProps) {
  return (
    <>
      <Table caption={caption} columns={COLUMNS} rows={routes} keyOf={({ route }) => route} />
      {more > 0 && <p>and {more} more</p>}
    </>
  );
}

const STATES = { used: 'good', invalid: 'bad', bypassed: 'bad', 'not used': 'muted' } as const;

const COLUMNS: readonly Column<RouteUse>[] = [
  { name: 'Route', cell: ({ route }) => <code>{route}</code> },
  { name: 'State', cell: ({ state }) => <span class={`tag ${STATES[state]}`}>{state}</span> },
  { name: 'Why', cell: ({ why }) => why ?? '-' },
  {
    name: 'Annotations',
    cell: ({ tightens }) =>
      Object.entries(tightens)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || '-',
  },
];
