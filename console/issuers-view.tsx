import type { IssuerKeys, Issuers } from '../src/console/api.ts';
import { ago, ahead } from './format.ts';
import { useApi } from './use-api.ts';

export function IssuersView() {
  const { data } = useApi<Issuers>('issuers', 5_000);
  if (data === null) return <p>Loading…</p>;
  if (data.issuers.length === 0) return <p>No issuer is trusted: no token is accepted.</p>;
  return (
    <>
      {data.issuers.map((issuer) => (
        <Issuer key={issuer.name} issuer={issuer} />
      ))}
    </>
  );
}

const STATES = { fresh: 'good', stale: 'warn', 'without keys': 'bad' } as const;

function Issuer({ issuer }: { readonly issuer: IssuerKeys }) {
  const now = Date.now();
  const { name, state, usable, retired, kids, unused, error, notAfter } = issuer;
  return (
    <section class="card" aria-labelledby={`issuer-${name}`}>
      <h2 id={`issuer-${name}`}>
        {name} <span class={`tag ${STATES[state]}`}>{state}</span>
        {issuer.allowDevIssuer && <span class="tag warn">dev-issuer allowed</span>}
      </h2>
      <dl>
        <dt>iss</dt>
        <dd>
          <code>{issuer.issuer}</code>
        </dd>
        <dt>From</dt>
        <dd>
          <code>{issuer.place}</code>
        </dd>
        <dt>Keys from</dt>
        <dd>{issuer.source}</dd>
        <dt>Usable keys</dt>
        <dd>
          {usable}
          {retired > 0 && `, ${retired} of them taken back by the issuer and in their grace`}
          {kids.length > 0 && `: ${kids.join(', ')}`}
        </dd>
        <dt>Last read</dt>
        <dd>{ago(issuer.lastSuccess, now)}</dd>
        <dt>Keys since</dt>
        <dd>{ago(issuer.changed, now)}</dd>
        <dt>Next refresh</dt>
        <dd>
          {issuer.nextRefresh === null ? 'when its file changes' : ahead(issuer.nextRefresh, now)}
        </dd>
        {notAfter !== null && (
          <>
            <dt>Certificate ends</dt>
            <dd>{notAfter < now ? 'it has ended' : ahead(notAfter, now)}</dd>
          </>
        )}
        <dt>Last error</dt>
        <dd class={error === null ? '' : 'bad'}>{error ?? 'none'}</dd>
      </dl>
      {unused.length > 0 && (
        <>
          <h3>Keys that are not used, and why</h3>
          <ul>
            {unused.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
