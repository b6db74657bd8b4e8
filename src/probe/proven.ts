import type { Answer } from '../answer/answer.ts';
import type { Request } from '../request/request.ts';
import type { Prove } from './proof.ts';

/**
 * The same answer; where a probe of the same configuration has asked and the token is missing, with the proof in its challenge.
 * What passes, its status and its body are never changed.
 */
export function proven(answer: Answer, request: Request | null, prove: Prove): Answer {
  if (answer.passes || answer.metadata.reason !== 'token_missing' || request === null)
    return answer;
  const proof = prove(request);
  if (proof === null) return answer;
  return {
    ...answer,
    headers: answer.headers.map((header) =>
      header.name === 'www-authenticate'
        ? { ...header, value: `${header.value}, probe="${proof}"` }
        : header,
    ),
  };
}
