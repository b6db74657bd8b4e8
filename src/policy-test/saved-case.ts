import { redactTokens } from '../base/redact.ts';
import { findToken } from '../check/find-token.ts';
import { tokenPlaceWritten } from '../config/compile-token-place.ts';
import { REASONS } from '../decision/reason.ts';
import { type AskedOptions, askedBy } from '../explain/asked.ts';
import type { Explanation } from '../explain/explain.ts';
import { maskedHeader } from '../explain/masked.ts';
import type { Pipeline } from '../policy/pipeline.ts';
import { type TokenPlace, WEBSOCKET_PROTOCOL } from '../policy/token-place.ts';
import type { Request } from '../request/request.ts';
import { readJws } from '../token/jws.ts';

/** A case as it is written into a file, or why there is none. */
export type SavedCase =
  | {
      readonly ok: true;
      readonly written: Readonly<Record<string, unknown>>;
      /** Whether claims of a token are in it. */
      readonly hasClaims: boolean;
      /** Headers of the client that are not in it: tokens and other secrets. */
      readonly leftOut: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

/** What was asked and answered. `now` in seconds. */
export interface Asked {
  readonly options: AskedOptions;
  readonly explanation: Explanation;
  readonly tokenBytes: number;
  readonly now: number;
}

/** The case that says of a request what was decided about it: with the claims of its token, never the token. */
export function savedCase({ options, explanation, tokenBytes, now }: Asked): SavedCase {
  const { decision, steps } = explanation;
  const { pipeline, reason } = decision;
  const found = tokenOf(requestOf(options), pipeline, tokenBytes);
  const isVerified = steps.some(({ step, result }) => step === 'signature' && result === 'passed');
  const isFaulty = reason === 'token_ambiguous' || reason === 'token_oversized';
  if (isFaulty || (found !== null && !isVerified)) {
    const why = `the token did not verify (${reason}), and cases hold the claims of tokens that do`;
    return { ok: false, why };
  }
  const claims = found === null ? null : claimsOf(found.token);
  const { kept, leftOut } = keptHeaders(options.header);
  return {
    ok: true,
    hasClaims: claims !== null,
    leftOut,
    written: {
      name: `${options.method} ${withoutParameter(options.url, found?.place)}: ${reason}`,
      now: new Date(Math.floor(now) * 1000).toISOString().replace('.000Z', 'Z'),
      request: requestWritten(options, kept, found?.place),
      ...(claims === null ? {} : { claims }),
      ...(found === null || found.place === BEARER
        ? {}
        : { tokenIn: tokenPlaceWritten(found.place) }),
      expect: expected(explanation),
    },
  };
}

function requestOf(options: AskedOptions): Request | null {
  const asked = askedBy({ ...options, via: 'grpc' });
  return asked.over === 'grpc' ? asked.request : null;
}

const BEARER: TokenPlace = { in: 'header', name: 'authorization', scheme: 'Bearer' };

/** The token that a pipeline judged, and where it was. */
function tokenOf(
  request: Request | null,
  pipeline: Pipeline | null,
  tokenBytes: number,
): { readonly token: string; readonly place: TokenPlace } | null {
  if (request === null || pipeline === null || pipeline.require === null) return null;
  for (const place of pipeline.tokenFrom ?? [BEARER]) {
    const found = findToken(request, [place], tokenBytes);
    if (found.ok) return { token: found.token, place };
  }
  return null;
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  const read = readJws(token);
  return read.ok ? read.jws.claims : null;
}

const SECRET: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  WEBSOCKET_PROTOCOL,
];

/** Headers of the client without those that hold a token or another secret. */
function keptHeaders(lines: readonly string[]): {
  readonly kept: Readonly<Record<string, string | readonly string[]>>;
  readonly leftOut: readonly string[];
} {
  const kept = new Map<string, readonly string[]>();
  const leftOut = new Set<string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]*):(.*)$/s.exec(line) ?? [];
    const lower = name.trim().toLowerCase();
    const isSecret = SECRET.includes(lower) || redactTokens(value) !== value;
    if (isSecret) leftOut.add(lower);
    else kept.set(lower, [...(kept.get(lower) ?? []), value.trim()]);
  }
  const entries = [...kept].map(([name, values]) => {
    const [only = '', ...others] = values;
    return [name, others.length === 0 ? only : values] as const;
  });
  return { kept: Object.fromEntries(entries), leftOut: [...leftOut] };
}

function requestWritten(
  { method, url, context, pipeline, via, address, principal }: AskedOptions,
  headers: Readonly<Record<string, unknown>>,
  place: TokenPlace | undefined,
): Readonly<Record<string, unknown>> {
  const extensions = Object.fromEntries(context.map((entry) => entry.split(/=(.*)/s, 2)));
  return {
    ...(method === 'GET' ? {} : { method }),
    url: withoutParameter(url, place),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(context.length === 0 ? {} : { context: extensions }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(address === undefined ? {} : { address }),
    ...(principal === undefined ? {} : { principal }),
    ...(via === 'grpc' ? {} : { via }),
  };
}

/** A URL without the parameter that holds the token, and without whatever else looks like one. */
function withoutParameter(url: string, place: TokenPlace | undefined): string {
  if (place?.in !== 'query') return redactTokens(url);
  const [base = '', query = ''] = url.split(/\?(.*)/s, 2);
  const others = query.split('&').filter((one) => one.split('=', 1)[0] !== place.name);
  return redactTokens(others.length === 0 ? base : `${base}?${others.join('&')}`);
}

function expected({ decision, answer }: Explanation): Readonly<Record<string, unknown>> {
  const { reason, pipeline } = decision;
  const headers = answer.passes ? answer.setHeaders : [];
  const shown = headers.filter(
    (one) => maskedHeader(one) === one && redactTokens(one.value) === one.value,
  );
  return {
    outcome: REASONS[reason].outcome,
    reason,
    pipeline: pipeline?.name ?? null,
    ...(shown.length === 0
      ? {}
      : { headers: Object.fromEntries(shown.map(({ name, value }) => [name, value])) }),
  };
}
