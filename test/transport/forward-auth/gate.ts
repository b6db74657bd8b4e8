import { connect } from 'node:net';
import { Live } from '../../../src/base/live.ts';
import { TrustedPeers } from '../../../src/base/peers.ts';
import type { Check } from '../../../src/check/check.ts';
import { refuse } from '../../../src/check/decision.ts';
import type { Request } from '../../../src/request/request.ts';
import type { ListenerCertificate } from '../../../src/transport/certificate.ts';
import { type CheckHooks, NO_HOOKS } from '../../../src/transport/check-hooks.ts';
import { handleDocumentsWith } from '../../../src/transport/forward-auth/document.ts';
import { handleHttpChecksWith } from '../../../src/transport/forward-auth/handle.ts';
import type { RefusalCause } from '../../../src/transport/forward-auth/refusals.ts';
import {
  type ForwardAuthServer,
  startForwardAuth,
} from '../../../src/transport/forward-auth/server.ts';

/** A listener whose check refuses everything and remembers what it was asked. */
export interface Gate extends AsyncDisposable {
  readonly port: number;
  readonly peers: Live<TrustedPeers>;
  /** Null for a check that could not be read. */
  readonly asked: readonly (Request | null)[];
  readonly causes: readonly RefusalCause[];
  readonly faults: readonly string[];
}

export async function openGate(
  options: {
    readonly address?: string;
    readonly trusted?: readonly string[] | null;
    readonly check?: Check;
    readonly certificate?: ListenerCertificate;
    readonly connections?: number;
    readonly documentFor?: CheckHooks['documentFor'];
  } = {},
): Promise<Gate> {
  const asked: (Request | null)[] = [];
  const causes: RefusalCause[] = [];
  const faults: string[] = [];
  const peers = new Live(new TrustedPeers(options.trusted ?? null));
  const check: Check = (request, budget) => {
    asked.push(request);
    return (
      options.check?.(request, budget) ??
      refuse(request === null ? 'request_malformed' : 'token_missing')
    );
  };
  const server: ForwardAuthServer = await startForwardAuth(
    {
      address: options.address ?? '127.0.0.1:0',
      certificate: options.certificate ?? null,
      peers,
      decisionTimeout: 1000,
      connections: options.connections ?? 1000,
      grace: 1000,
    },
    handleHttpChecksWith(check, (_, fault) => faults.push(fault)),
    handleDocumentsWith({ ...NO_HOOKS, documentFor: options.documentFor ?? NO_HOOKS.documentFor }),
    (cause) => causes.push(cause),
  );
  return {
    port: server.port,
    peers,
    asked,
    causes,
    faults,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Sends bytes as they are and gives all that comes back until the other side ends, or until `enough` matches. */
export function sendRaw(
  to: number | string,
  bytes: string,
  enough: RegExp = /(?!)/,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = typeof to === 'number' ? connect(to, '127.0.0.1') : connect(to);
    let received = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no end after: ${received}`)));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (enough.test(received)) socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(received));
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}
