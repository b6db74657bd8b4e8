import type { ExplanationForm } from '../src/explain/explanation-form.ts';

const MARKS = { passed: '✓', refused: '✗' } as const;

/** What was decided, what to change, and each step. */
export function Explanation({ explanation }: { readonly explanation: ExplanationForm }) {
  const { decision, change, steps, answer } = explanation;
  const { outcome, reason, says, pipeline, mode } = decision;
  const taken = steps.filter(({ result }) => result !== 'not reached');
  const rest = steps.filter(({ result }) => result === 'not reached').map(({ step }) => step);
  return (
    <section aria-labelledby="decided" class="explanation">
      <h2 id="decided">
        <span class={`outcome ${outcome}`}>{outcome}</span> <code>{reason}</code>
      </h2>
      <p>
        {says}. Pipeline: {pipeline ?? 'none'}
        {mode === 'shadow' && ' (shadow: refusals pass)'}. The caller gets{' '}
        {answer.passes ? 'through' : answer.status}.
      </p>
      {change !== null && (
        <p class="banner warn">
          <strong>What to change:</strong> {change}
        </p>
      )}
      {explanation.bypasses.map((bypass) => (
        <p key={bypass} class="banner bad">
          The gateway does not ask about all requests of {bypass}
        </p>
      ))}
      <h3>Steps</h3>
      <ol class="steps">
        {taken.map(({ step, result, detail }) => (
          <li key={step} class={result}>
            <span aria-hidden="true" class="mark">
              {result === 'refused' ? MARKS.refused : MARKS.passed}
            </span>
            <strong>{step}</strong>
            <span class="hidden"> {result}: </span>
            <span class="detail">{detail}</span>
            {step === 'pipeline' && <Sources explanation={explanation} />}
          </li>
        ))}
      </ol>
      {rest.length > 0 && <p class="muted">Not reached: {rest.join(', ')}</p>}
      <Alternatives explanation={explanation} />
      <Headers explanation={explanation} />
    </section>
  );
}

function Sources({ explanation: { sources } }: { readonly explanation: ExplanationForm }) {
  return (
    <ul class="sources" aria-label="Sources of the pipeline">
      {sources.map(({ source, says, chose }) => (
        <li key={source} class={chose ? 'chose' : ''}>
          <strong>{source}</strong> {says}
          {chose && ' (chosen)'}
        </li>
      ))}
    </ul>
  );
}

function Alternatives({
  explanation: { alternatives = [] },
}: {
  readonly explanation: ExplanationForm;
}) {
  if (alternatives.length === 0) return null;
  return (
    <>
      <h3>Alternatives (anyOf)</h3>
      <ul>
        {alternatives.map(({ index, satisfied, detail }) => (
          <li key={index}>
            anyOf[{index}]: {satisfied ? 'satisfied' : detail}
          </li>
        ))}
      </ul>
    </>
  );
}

function Headers({ explanation: { answer, unset } }: { readonly explanation: ExplanationForm }) {
  if (answer.headers.length === 0 && unset.length === 0) return null;
  return (
    <>
      <h3>{answer.passes ? 'Headers for the backend' : 'Headers of the answer'}</h3>
      <dl>
        {answer.headers.map(({ name, value }) => (
          <>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </>
        ))}
        {unset.map(({ name, why }) => (
          <>
            <dt>{name}</dt>
            <dd>not set: {why}</dd>
          </>
        ))}
      </dl>
    </>
  );
}
