import { answerTo } from '../../answer/answer.ts';
import type { Request } from '../../request/request.ts';
import type { CheckHooks } from '../check-hooks.ts';
import type { HttpCheck } from './decode.ts';
import { encodeDocument, type HttpAnswer } from './encode.ts';
import { HeaderPlan } from './header-plan.ts';

/** Answers a request that is no check, or gives null: a client's own, which the gateway has sent here. */
export type HandleDocument = (target: string, httpCheck: HttpCheck) => HttpAnswer | null;

const HOST = new HeaderPlan(['host']);

/** The documents of `documentFor`, for the gateways that let no answer of a check through but a refusal. */
export function handleDocumentsWith({ documentFor }: CheckHooks): HandleDocument {
  return (target, { method, rawHeaders }) => {
    const headers = HOST.find(rawHeaders);
    const host = headers.one('host');
    if (headers.fault !== null) return null;
    const request: Request = { ...NOBODYS, method, host, path: target };
    const decision = documentFor(request);
    if (decision === null) return null;
    const answer = answerTo(decision, request);
    return answer.passes ? null : encodeDocument(answer);
  };
}

const NOBODYS = {
  authorization: null,
  preflightFor: null,
  protocol: 'http',
  context: [],
  route: null,
  id: '',
} as const;
