import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status,
} from '@grpc/grpc-js';
import { CAUSE_OF_WAIT, type CallCounters } from './call-counters.ts';
import { beforeReading, onEnding, stopReading } from './call-stream.ts';
import { MessagePrefixes } from './message-prefix.ts';
import type { WaitingCalls } from './waiting-calls.ts';

const CODES = {
  DeadlineExceeded: status.DEADLINE_EXCEEDED,
  ResourceExhausted: status.RESOURCE_EXHAUSTED,
} as const;

/** Messages of one call: reflection answers each with some kilobytes, whether anybody takes them or not. */
const MAX_MESSAGES = 64;

/** A call of health or reflection, which grpc-js answers as usual; that its request comes whole is looked after. */
export function otherCall(
  call: ServerInterceptingCallInterface,
  unfinished: WaitingCalls,
  counters: CallCounters,
  path: string,
): ServerInterceptingCall {
  const ended = countOnce(counters, path);
  onEnding(call, ended);
  const place = unfinished.add({
    abandon(why: keyof typeof CODES): void {
      unfinished.delete(place);
      counters.refused(CAUSE_OF_WAIT[CODES[why]]);
      call.sendStatus({
        code: CODES[why],
        details: 'the request did not come whole',
        metadata: null,
      });
      stopReading(call);
    },
  });
  const prefixes = new MessagePrefixes(MAX_MESSAGES);
  beforeReading(call, (piece) => {
    unfinished.hold(place, piece.length);
    if (prefixes.take(piece) !== null && place.isTaken) place.call.abandon('ResourceExhausted');
  });
  return new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveHalfClose(following) {
          unfinished.delete(place);
          following();
        },
        onCancel() {
          ended(status.CANCELLED);
          if (unfinished.delete(place)) stopReading(call);
        },
      });
    },
  });
}

/** Counts a call that begins; what it gives counts how it ends, the first time. */
function countOnce(counters: CallCounters, path: string): (code: status) => void {
  const calls = counters.of(path);
  if (calls !== null) calls.started += 1;
  let isEnded = false;
  return (code) => {
    if (!isEnded) calls?.end(code);
    isEnded = true;
  };
}
