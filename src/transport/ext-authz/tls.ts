import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import type { ListenerCertificate, Material } from '../certificate.ts';

type IdentityListener = experimental.IdentityCertificateUpdateListener;
type CaListener = experimental.CaCertificateUpdateListener;

/** Credentials of the gRPC listener that follow the reloads of its certificate. */
export function credentialsOf(certificate: ListenerCertificate): ServerCredentials {
  const provider = new CertificateProvider(certificate);
  // The declaration of this function has the names of its first two parameters the wrong way round.
  return experimental.createCertificateProviderServerCredentials(
    provider,
    certificate.demandsClient ? provider : null,
    certificate.demandsClient,
  );
}

/** A `ListenerCertificate` in the words of grpc-js. */
class CertificateProvider implements experimental.CertificateProvider {
  readonly #certificate: ListenerCertificate;
  readonly #identityListeners = new Set<IdentityListener>();
  readonly #caListeners = new Set<CaListener>();

  constructor(certificate: ListenerCertificate) {
    this.#certificate = certificate;
    certificate.onReload((material) => {
      for (const listener of this.#identityListeners) listener(material);
      for (const listener of this.#caListeners) listener(authorityIn(material));
    });
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    // Afterwards, as grpc-js expects: it is still adding its own watcher.
    process.nextTick(() => listener(this.#certificate.material));
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    process.nextTick(() => listener(authorityIn(this.#certificate.material)));
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
  }
}

function authorityIn({ clientCa }: Material): experimental.CaCertificateUpdate | null {
  return clientCa === null ? null : { caCertificate: clientCa };
}
