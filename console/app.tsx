import type { ComponentChild } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Overview } from '../src/console/api.ts';
import { ConfigurationView } from './configuration-view.tsx';
import { DecisionsView } from './decisions-view.tsx';
import { ExplainView } from './explain-view.tsx';
import { clock, span } from './format.ts';
import { GatewaysView } from './gateways-view.tsx';
import { IssuersView } from './issuers-view.tsx';
import { PipelinesView } from './pipelines-view.tsx';
import { type AskedAgain, RefusalsView } from './refusals-view.tsx';
import { useApi } from './use-api.ts';

/** The parts of the page, by the fragment of its address. */
const VIEWS = {
  decisions: 'Decisions',
  refusals: 'Refusals',
  explain: 'Explain',
  pipelines: 'Pipelines',
  issuers: 'Issuers',
  gateways: 'Gateways',
  configuration: 'Configuration',
} as const;
type ViewName = keyof typeof VIEWS;

function viewInAddress(): ViewName {
  const name = window.location.hash.slice(1);
  return Object.hasOwn(VIEWS, name) ? (name as ViewName) : 'decisions';
}

export function App() {
  const [view, setView] = useState<ViewName>(viewInAddress);
  const [asked, setAsked] = useState<AskedAgain | null>(null);
  const { data: overview, lostSince } = useApi<Overview>('overview', 5_000);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const follow = (): void => {
      setView(viewInAddress());
      // Who reads by ear or goes by keyboard starts at what has changed.
      heading.current?.focus();
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  useEffect(() => {
    document.title = `${VIEWS[view]} · Watchword`;
  }, [view]);
  const explain = (one: AskedAgain): void => {
    setAsked(one);
    window.location.hash = 'explain';
  };
  return (
    <>
      <header>
        <button type="button" class="skip" onClick={() => heading.current?.focus()}>
          Skip to {VIEWS[view].toLowerCase()}
        </button>
        <p class="name">Watchword</p>
        <State overview={overview} lostSince={lostSince} />
        <nav aria-label="Views">
          <ul>
            {(Object.keys(VIEWS) as ViewName[]).map((name) => (
              <li key={name}>
                <a href={`#${name}`} aria-current={name === view ? 'page' : undefined}>
                  {VIEWS[name]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main>
        {lostSince !== null && (
          <p class="banner bad" role="alert">
            Watchword has not answered since {clock(lostSince)}. What is shown is from before. Is
            the port-forward still there?
          </p>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {VIEWS[view]}
        </h1>
        {shown(view, overview, asked, explain)}
      </main>
      <Footer overview={overview} />
    </>
  );
}

function shown(
  view: ViewName,
  overview: Overview | null,
  asked: AskedAgain | null,
  explain: (one: AskedAgain) => void,
): ComponentChild {
  switch (view) {
    case 'decisions':
      return <DecisionsView overview={overview} />;
    case 'refusals':
      return <RefusalsView explain={explain} />;
    case 'explain':
      return <ExplainView asked={asked} />;
    case 'pipelines':
      return <PipelinesView />;
    case 'issuers':
      return <IssuersView />;
    case 'gateways':
      return <GatewaysView />;
    case 'configuration':
      return <ConfigurationView />;
  }
}

interface StateProps {
  readonly overview: Overview | null;
  readonly lostSince: number | null;
}

function State({ overview, lostSince }: StateProps) {
  if (lostSince !== null) return <p class="state bad">no answer</p>;
  if (overview === null) return <p class="state">…</p>;
  const { ready, checks } = overview;
  const remarks = checks.filter(({ detail }) => detail !== undefined).length;
  const word = ready ? (remarks === 0 ? 'ready' : `ready, ${remarks} to note`) : 'not ready';
  return <p class={`state ${ready ? (remarks === 0 ? 'good' : 'warn') : 'bad'}`}>{word}</p>;
}

function Footer({ overview }: { readonly overview: Overview | null }) {
  if (overview === null) return <footer />;
  const { host, version, node, started, now } = overview;
  return (
    <footer>
      One replica: {host}, Watchword {version} on Node {node}, up {span(now - started)}
    </footer>
  );
}
