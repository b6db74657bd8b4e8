import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import { ProblemsError } from '../../base/problem.ts';

/** Files of the listener's identity, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Certificate authorities of clients; with it a client certificate is demanded. */
  readonly clientCa?: string | undefined;
}

interface Material {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly clientCa: Buffer | null;
}

type IdentityListener = experimental.IdentityCertificateUpdateListener;
type CaListener = experimental.CaCertificateUpdateListener;

/**
 * The certificate of the gRPC listener. New connections use the files as they were last found whole; a file that turns bad
 * (a certificate without its key, half a write) changes nothing.
 */
export class ListenerCertificate implements experimental.CertificateProvider {
  readonly #files: TlsFiles;
  readonly #identityListeners = new Set<IdentityListener>();
  readonly #caListeners = new Set<CaListener>();
  #material: Material;

  private constructor(files: TlsFiles, material: Material) {
    this.#files = files;
    this.#material = material;
  }

  /** Reads the files. Throws `ProblemsError` where they are no certificate and its key. */
  static async open(files: TlsFiles): Promise<ListenerCertificate> {
    return new ListenerCertificate(files, await read(files));
  }

  get files(): readonly string[] {
    const { cert, key, clientCa } = this.#files;
    return clientCa === undefined ? [cert, key] : [cert, key, clientCa];
  }

  /** Reads the files again. Throws `ProblemsError`; the certificate before stays then. */
  async reload(): Promise<void> {
    this.#material = await read(this.#files);
    for (const listener of this.#identityListeners) listener(this.#material);
    for (const listener of this.#caListeners) this.#tellCa(listener);
  }

  credentials(): ServerCredentials {
    const demandsClient = this.#files.clientCa !== undefined;
    // The declaration of this function has the names of its first two parameters the wrong way round.
    return experimental.createCertificateProviderServerCredentials(
      this,
      demandsClient ? this : null,
      demandsClient,
    );
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    // Afterwards, as grpc-js expects: it is still adding its own watcher.
    process.nextTick(() => listener(this.#material));
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    process.nextTick(() => this.#tellCa(listener));
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
  }

  #tellCa(listener: CaListener): void {
    const { clientCa } = this.#material;
    listener(clientCa === null ? null : { caCertificate: clientCa });
  }
}

async function read({ cert, key, clientCa }: TlsFiles): Promise<Material> {
  const [certificate, privateKey, ca] = await Promise.all([
    readPart('cert', cert),
    readPart('key', key),
    clientCa === undefined ? null : readPart('clientCa', clientCa),
  ]);
  try {
    createSecureContext({ cert: certificate, key: privateKey, ...(ca === null ? {} : { ca }) });
  } catch {
    throw new ProblemsError([
      { path: 'listen.tls', message: `${cert} and ${key} are no certificate and its key` },
    ]);
  }
  return { certificate, privateKey, clientCa: ca };
}

async function readPart(name: keyof TlsFiles, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ProblemsError([
      { path: `listen.tls.${name}`, message: `${file} cannot be read: ${code}` },
    ]);
  }
}
