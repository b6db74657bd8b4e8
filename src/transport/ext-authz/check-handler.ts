import {
  type handleUnaryCall,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { Counter } from 'prom-client';
import type { HandleCheck } from './handle.ts';
import { SERVICE_NAME } from './service.ts';

/** `grpc_server_handled_total`. */
export type Handled = Counter<'grpc_type' | 'grpc_service' | 'grpc_method' | 'grpc_code'>;

/**
 * Check as grpc-js calls it. `longest` is how long a decision may take in milliseconds; the caller's deadline may leave
 * less. A defect of the encoder fails the call, and a gateway that fails closed refuses then.
 */
export function checkHandler(
  handle: HandleCheck,
  longest: number,
  handled: Handled,
): handleUnaryCall<Buffer, Buffer> {
  const { succeed, fail } = outcomes(handled);
  return (call, callback) => {
    try {
      const answer = handle(call.request, budgetOf(call, longest));
      if (answer instanceof Promise) {
        answer.then(
          (bytes) => succeed(callback, bytes),
          () => fail(callback),
        );
      } else succeed(callback, answer);
    } catch {
      fail(callback);
    }
  };
}

/** Kept back from the caller's deadline, which began before we saw the call, for both ways of the journey. */
const TRAVEL = { atLeast: 10, share: 0.1 } as const;

function budgetOf(call: ServerUnaryCall<Buffer, Buffer>, longest: number): number {
  const left = Number(call.getDeadline()) - Date.now();
  const usable = left - Math.max(TRAVEL.atLeast, TRAVEL.share * left);
  return Math.max(1, Math.min(longest, usable));
}

function outcomes(handled: Handled) {
  const labels = { grpc_type: 'unary', grpc_service: SERVICE_NAME, grpc_method: 'Check' } as const;
  const ok = { ...labels, grpc_code: 'OK' };
  const internal = { ...labels, grpc_code: 'Internal' };
  return {
    succeed: (callback: sendUnaryData<Buffer>, bytes: Buffer): void => {
      handled.inc(ok);
      callback(null, bytes);
    },
    fail: (callback: sendUnaryData<Buffer>): void => {
      handled.inc(internal);
      callback({ code: status.INTERNAL, details: 'internal' });
    },
  };
}
