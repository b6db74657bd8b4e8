import { useEffect, useRef, useState } from 'preact/hooks';
import type { ExplanationForm } from '../src/explain/explanation-form.ts';
import { CONVENTION_NAMES } from '../src/transport/forward-auth/convention.ts';
import { Explanation } from './explanation.tsx';
import type { AskedAgain } from './refusals-view.tsx';

/** How a gateway asks. */
const VIA = ['grpc', ...CONVENTION_NAMES];

/** What came of asking: nothing yet, one line that says what is wrong, or an explanation. */
type Result =
  | { readonly kind: 'none' | 'asking' }
  | { readonly kind: 'fault'; readonly says: string }
  | { readonly kind: 'explained'; readonly explanation: ExplanationForm };

/** The form keeps nothing anywhere but in its own fields; leaving the view empties them. */
export function ExplainView({ asked }: { readonly asked: AskedAgain | null }) {
  const form = useRef<HTMLFormElement>(null);
  const [result, setResult] = useState<Result>({ kind: 'none' });
  useEffect(() => {
    const url = form.current?.elements.namedItem('url');
    if (asked !== null && url instanceof HTMLInputElement) url.focus();
  }, [asked]);
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (form.current === null) return;
    setResult({ kind: 'asking' });
    setResult(await explained(new FormData(form.current)));
  };
  return (
    <>
      <p>
        Decides about a request with the configuration, the keys and the routes of this replica.
        What is typed here is sent to this Watchword only, and neither stored nor logged nor
        counted.
      </p>
      <form ref={form} class="explain" autocomplete="off" onSubmit={(event) => void ask(event)}>
        <div class="pair">
          <label class="short">
            Method
            <input name="method" defaultValue={asked?.method ?? 'GET'} spellcheck={false} />
          </label>
          <label>
            URL
            <input
              name="url"
              defaultValue={asked?.url ?? ''}
              required
              placeholder="https://orders.example.com/orders/1"
              spellcheck={false}
            />
          </label>
        </div>
        <label>
          Token, or nothing
          <textarea name="token" rows={4} placeholder="eyJ…" spellcheck={false} />
        </label>
        <label>
          Other headers, one a line
          <textarea name="headers" rows={2} placeholder="x-tenant: acme" spellcheck={false} />
        </label>
        <details>
          <summary>How the gateway asks</summary>
          <div class="pair">
            <label>
              Asks over
              <select name="via">
                {VIA.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <label>
              Pipeline that the gateway's configuration names, or nothing
              <input name="pipeline" spellcheck={false} />
            </label>
          </div>
        </details>
        <p class="buttons">
          <button type="submit" disabled={result.kind === 'asking'}>
            Explain
          </button>
          <button type="reset" class="plain" onClick={() => setResult({ kind: 'none' })}>
            Clear
          </button>
        </p>
      </form>
      <div aria-live="polite">
        {result.kind === 'asking' && <p>Deciding…</p>}
        {result.kind === 'fault' && <p class="banner bad">{result.says}</p>}
        {result.kind === 'explained' && <Explanation explanation={result.explanation} />}
      </div>
    </>
  );
}

async function explained(form: FormData): Promise<Result> {
  const text = (name: string): string => String(form.get(name) ?? '');
  const pipeline = text('pipeline').trim();
  const body = JSON.stringify({
    url: text('url'),
    method: text('method'),
    token: text('token'),
    headers: text('headers').split('\n'),
    via: text('via') || 'grpc',
    ...(pipeline === '' ? {} : { pipeline }),
  });
  try {
    const response = await fetch('/api/explain', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-watchword-console': 'explain' },
      body,
    });
    const answer = (await response.json()) as ExplanationForm & { readonly error?: string };
    return response.ok
      ? { kind: 'explained', explanation: answer }
      : { kind: 'fault', says: answer.error ?? `Watchword answered ${response.status}` };
  } catch {
    return { kind: 'fault', says: 'Watchword did not answer' };
  }
}
