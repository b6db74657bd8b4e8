import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status,
} from '@grpc/grpc-js';
import { onBytes, stopReading } from './call-stream.ts';
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
): ServerInterceptingCall {
  const place = unfinished.add({
    abandon(why: keyof typeof CODES): void {
      unfinished.delete(place);
      call.sendStatus({
        code: CODES[why],
        details: 'the request did not come whole',
        metadata: null,
      });
      stopReading(call);
    },
  });
  onBytes(call, (bytes) => unfinished.hold(place, bytes));
  let messages = 0;
  return new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveMessage(message, following) {
          messages += 1;
          if (messages > MAX_MESSAGES) place.call.abandon('ResourceExhausted');
          else following(message);
        },
        onReceiveHalfClose(following) {
          unfinished.delete(place);
          following();
        },
        onCancel() {
          if (unfinished.delete(place)) stopReading(call);
        },
      });
    },
  });
}
