import { CHALLENGE_START } from '../answer/challenge.ts';
import { systemCode } from '../base/system-code.ts';
import { REASONS } from '../decision/reason.ts';
import type { ProbeAnswer } from './answer.ts';

/** What an answer to a request without a token tells about the route. */
export interface Finding {
  readonly result: ProbeResult;
  readonly says: string;
}

/**
 * `protected`: the 401 of Watchword. `refused`: Watchword was asked, but asks for no token here. `unproven`: a 401 as Watchword
 * writes it, without the proof that one of the same configuration was asked. `not protected`: it was not asked, so far
 * as can be told.
 */
export type ProbeResult = 'protected' | 'refused' | 'unproven' | 'not protected' | 'no answer';

/** What an answer means. `expected` is the proof that its challenge must have; null asks for none. */
export function findingOf(answer: ProbeAnswer, expected: string | null): Finding {
  const { status, challenge, body } = answer;
  const reason = reasonIn(body);
  const ours = challenge === CHALLENGE_START || challenge.startsWith(`${CHALLENGE_START},`);
  const bare = status === 401 && ours && !/[ ,]error="/.test(challenge);
  // An answer to HEAD has no body, and nginx writes one of its own below the challenge.
  if (bare && (reason === 'token_missing' || reason === null)) {
    return expected === null || challenge.includes(`, probe="${expected}"`)
      ? { result: 'protected', says: '401 token_missing by Watchword' }
      : { result: 'unproven', says: UNPROVEN };
  }
  if (reason !== null && status >= 400 && (status !== 401 || ours)) {
    const says = `Watchword answers ${status} ${reason}: ${REASONS[reason].says}`;
    return { result: 'refused', says };
  }
  if (status === 401) return { result: 'not protected', says: '401, but not by Watchword' };
  return { result: 'not protected', says: `${status} without a token: ${meaningOf(status)}` };
}

const UNPROVEN =
  'a 401 as Watchword writes it, but not by one of this configuration: another release, another configuration, or an imitation';

function meaningOf(status: number): string {
  return status >= 400 && status < 500
    ? 'refused, but nothing says that it was by Watchword'
    : 'Watchword was not asked, or lets everybody in';
}

/** What a request that had no answer means. */
export function noAnswer(error: unknown): Finding {
  const code = systemCode(error);
  const timedOut = code === 'ABORT_ERR' || (error as { name?: unknown }).name === 'TimeoutError';
  return { result: 'no answer', says: timedOut ? 'no whole answer in time' : code };
}

function reasonIn(body: string): keyof typeof REASONS | null {
  try {
    const { reason } = JSON.parse(body) as { reason?: unknown };
    return typeof reason === 'string' && Object.hasOwn(REASONS, reason)
      ? (reason as keyof typeof REASONS)
      : null;
  } catch {
    return null;
  }
}
