import { useState } from 'preact/hooks';
import type { RecentRefusal, Refusals } from '../src/console/api.ts';
import { clock, count } from './format.ts';
import { type Column, Table } from './table.tsx';
import { useApi } from './use-api.ts';

/** A request that was refused, to be explained with a token. */
export interface AskedAgain {
  readonly method: string;
  readonly url: string;
}

export function RefusalsView({ explain }: { readonly explain: (asked: AskedAgain) => void }) {
  const { data } = useApi<Refusals>('refusals', 3_000);
  const [wanted, setWanted] = useState('');
  if (data === null) return <p>Loading…</p>;
  const { refusals, notKept } = data;
  const found = refusals.filter((one) => matches(one, wanted));
  return (
    <>
      <p>
        The latest {refusals.length} refusals of this replica. Queries are cut off and tokens cut
        out; no token is kept.
        {notKept > 0 && ` ${count(notKept)} more came too fast to be kept; the metrics count all.`}
      </p>
      <label class="filter">
        Show those with
        <input
          type="search"
          value={wanted}
          placeholder="a reason, a host, a request id …"
          onInput={({ currentTarget }) => setWanted(currentTarget.value)}
        />
      </label>
      {found.length === 0 ? (
        <p role="status">
          {refusals.length === 0 ? 'Nothing has been refused yet.' : 'None of them has this.'}
        </p>
      ) : (
        <Table
          caption="Refusals, the latest first"
          columns={columnsOf(explain)}
          rows={found}
          keyOf={({ at, request, path }) => `${at} ${request} ${path}`}
        />
      )}
    </>
  );
}

function matches(refusal: RecentRefusal, wanted: string): boolean {
  const text = Object.values(refusal).join(' ').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function columnsOf(explain: (asked: AskedAgain) => void): readonly Column<RecentRefusal>[] {
  return [
    { name: 'Time', kind: 'short', cell: ({ at }) => clock(at) },
    {
      name: 'Reason',
      cell: ({ reason, outcome, mode }) => (
        <>
          <code class={`outcome ${outcome}`}>{reason}</code>
          {mode === 'shadow' && ' (shadow: passed)'}
        </>
      ),
    },
    { name: 'Request', cell: requestCell },
    { name: 'Judged by', cell: judgedBy },
    { name: 'Detail', cell: ({ detail }) => detail },
    {
      name: 'Explain',
      kind: 'short',
      cell: ({ method, host, path }) => (
        <button
          type="button"
          onClick={() =>
            explain({ method: method ?? 'GET', url: `https://${host ?? ''}${path ?? '/'}` })
          }
        >
          Explain<span class="hidden"> {`${method ?? ''} ${host ?? ''}${path ?? ''}`}</span>
        </button>
      ),
    },
  ];
}

function requestCell({ method, host, path, request }: RecentRefusal) {
  return (
    <>
      {host === null ? 'not readable' : `${method} ${host}${path}`}
      {request !== null && (
        <>
          <br />
          <small>id {request}</small>
        </>
      )}
    </>
  );
}

function judgedBy({ pipeline, route, issuer }: RecentRefusal) {
  return (
    <>
      {pipeline ?? 'no pipeline'}
      {route !== null && (
        <>
          <br />
          <small>{route}</small>
        </>
      )}
      {issuer !== null && (
        <>
          <br />
          <small>issuer {issuer}</small>
        </>
      )}
    </>
  );
}
