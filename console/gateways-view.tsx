import type { Gateways } from '../src/console/api.ts';
import { ago } from './format.ts';
import { Table } from './table.tsx';
import { useApi } from './use-api.ts';

const STATES = { guarded: 'good', unguarded: 'bad', unknown: 'warn' } as const;

export function GatewaysView() {
  const { data } = useApi<Gateways>('gateways', 5_000);
  if (data === null) return <p>Loading…</p>;
  const { gateways, probes, routesWatched } = data;
  const now = Date.now();
  return (
    <>
      <h2>Gateways</h2>
      {gateways.length === 0 ? (
        <p>
          {routesWatched
            ? 'No Gateway is named in routes.gateways.'
            : 'Route objects are not watched (routes.watch), so nothing is known of Gateways.'}
        </p>
      ) : (
        <Table
          caption="Gateways of routes.gateways, and whether something makes them ask"
          columns={[
            { name: 'Gateway', cell: ({ gateway }) => <code>{gateway}</code> },
            {
              name: 'State',
              cell: ({ state }) => <span class={`tag ${STATES[state]}`}>{state}</span>,
            },
            {
              name: 'Why',
              cell: ({ state, why }) =>
                why ??
                (state === 'unknown' ? 'not there, or of a kind of which it cannot be told' : '-'),
            },
          ]}
          rows={gateways}
          keyOf={({ gateway }) => gateway}
        />
      )}
      <h2>Probes</h2>
      {probes.length === 0 ? (
        <p>
          No probe is configured (probes). A probe asks through the gateway, and finds a route that
          nobody guards.
        </p>
      ) : (
        <Table
          caption="Probes: requests without a token through the gateway, which must get Watchword's 401"
          columns={[
            { name: 'Probe', cell: ({ name }) => name },
            { name: 'URL', cell: ({ url }) => <code>{url}</code> },
            {
              name: 'Result',
              cell: ({ result }) => (
                <span
                  class={`tag ${result === null ? 'muted' : result === 'protected' ? 'good' : 'bad'}`}
                >
                  {result ?? 'not asked yet'}
                </span>
              ),
            },
            { name: 'Says', cell: ({ says }) => says ?? '-' },
            { name: 'Last protected', cell: ({ lastSuccess }) => ago(lastSuccess, now) },
          ]}
          rows={probes}
          keyOf={({ name }) => name}
        />
      )}
    </>
  );
}
