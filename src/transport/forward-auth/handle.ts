import { answerTo } from '../../answer/answer.ts';
import { type Eventually, whenReady } from '../../base/deferred.ts';
import type { Check } from '../../check/check.ts';
import { proven } from '../../probe/proven.ts';
import { type CheckHooks, NO_HOOKS } from '../check-hooks.ts';
import type { CheckUrl } from './check-url.ts';
import { decode, type HttpCheck } from './decode.ts';
import { encode, type HttpAnswer } from './encode.ts';

/** Answers a check that came over HTTP. `budget` in milliseconds. */
export type HandleHttpCheck = (
  url: CheckUrl,
  httpCheck: HttpCheck,
  budget: number,
) => Eventually<HttpAnswer>;

/** decode, check, answer, encode. `onFault` hears of checks whose source of method, host or target is wrong. */
export function handleHttpChecksWith(
  check: Check,
  onFault: (convention: string, fault: string) => void,
  { readHeaders, prove }: CheckHooks = NO_HOOKS,
): HandleHttpCheck {
  return (url, httpCheck, budget) => {
    const decoded = decode(url, httpCheck, readHeaders());
    if (!decoded.ok) onFault(url.name, decoded.fault);
    const request = decoded.ok ? decoded.request : null;
    return whenReady(check(request, budget), (decision) =>
      encode(proven(answerTo(decision, request), request, prove), url.convention),
    );
  };
}
