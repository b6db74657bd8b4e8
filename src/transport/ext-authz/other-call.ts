import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status,
} from '@grpc/grpc-js';
import { stopReading } from './stop-reading.ts';
import type { UnfinishedCalls } from './unfinished-calls.ts';

const CODES = {
  DeadlineExceeded: status.DEADLINE_EXCEEDED,
  ResourceExhausted: status.RESOURCE_EXHAUSTED,
} as const;

/** A call of health or reflection, which grpc-js answers as usual; that its request comes whole is looked after. */
export function otherCall(
  call: ServerInterceptingCallInterface,
  unfinished: UnfinishedCalls,
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
  return new ServerInterceptingCall(call, {
    start(next) {
      next({
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
