import type { Configuration } from '../src/console/api.ts';
import { ago } from './format.ts';
import { useApi } from './use-api.ts';

export function ConfigurationView() {
  const { data } = useApi<Configuration>('configuration', 5_000);
  if (data === null) return <p>Loading…</p>;
  const { path, hash, read, problems, warnings, waiting, settings } = data;
  return (
    <>
      {problems.length > 0 && (
        <section class="card bad" role="alert">
          <h2>The files are wrong; the configuration before them runs</h2>
          <Lines lines={problems} />
        </section>
      )}
      {warnings.length > 0 && (
        <section class="card warn">
          <h2>Valid, and probably a mistake</h2>
          <Lines lines={warnings} />
        </section>
      )}
      {waiting.length > 0 && (
        <p class="banner warn">{waiting.join(', ')} take effect at the next start.</p>
      )}
      <dl>
        <dt>Read from</dt>
        <dd>
          <code>{path}</code>
        </dd>
        <dt>Hash</dt>
        <dd>
          <code>{hash}</code> (the same on every replica that runs the same)
        </dd>
        <dt>Read</dt>
        <dd>{ago(read, Date.now())}</dd>
      </dl>
      <h2>What runs, with its defaults</h2>
      <p>What may be a secret is masked. Key files are named, not read.</p>
      <pre>{JSON.stringify(settings, null, 2)}</pre>
    </>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
