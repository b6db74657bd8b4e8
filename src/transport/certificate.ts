import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { type Problem, ProblemsError } from '../base/problem.ts';
import { systemCode } from '../base/system-code.ts';
import { stateOf } from '../live/watch-files.ts';

/** Files of a listener's identity, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Certificate authorities of clients; with it a client certificate is demanded. */
  readonly clientCa?: string | undefined;
}

/** The setting that names the files, for what is said about them. */
export type TlsSetting = 'listen.tls' | 'listen.httpTls';

/** What the files held when they were last found whole. */
export interface Material {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly clientCa: Buffer | null;
  /** When the first certificate of the chain ends, in milliseconds since the epoch. */
  readonly notAfter: number;
}

type Listener = (material: Material) => void;

/**
 * The certificate of a listener. New connections use the files as they were last found whole; a file that turns bad (a
 * certificate without its key, half a write) changes nothing.
 */
export class ListenerCertificate {
  readonly #setting: TlsSetting;
  readonly #files: TlsFiles;
  readonly #listeners = new Set<Listener>();
  readonly #authorityListeners = new Set<() => void>();
  /** The state of the files before they were first read, for `watchFiles`. */
  readonly firstState: string;
  #material: Material;

  private constructor(setting: TlsSetting, files: TlsFiles, state: string, material: Material) {
    this.#setting = setting;
    this.#files = files;
    this.firstState = state;
    this.#material = material;
  }

  /** Reads the files. Throws `ProblemsError` where they are no certificate and its key. */
  static async open(setting: TlsSetting, files: TlsFiles): Promise<ListenerCertificate> {
    const state = await stateOf(listOf(files));
    return new ListenerCertificate(setting, files, state, await read(setting, files));
  }

  get files(): readonly string[] {
    return listOf(this.#files);
  }

  get material(): Material {
    return this.#material;
  }

  /** Whether a client must show a certificate of `clientCa`. */
  get demandsClient(): boolean {
    return this.#files.clientCa !== undefined;
  }

  /** Reads the files again and tells the listeners. Throws `ProblemsError`; the certificate before stays then. */
  async reload(): Promise<void> {
    const before = this.#material.clientCa;
    this.#material = await read(this.#setting, this.#files);
    for (const listener of this.#listeners) listener(this.#material);
    if (areSameAuthorities(before, this.#material.clientCa)) return;
    for (const listener of this.#authorityListeners) listener();
  }

  /** Calls `listener` after a reload that brought other authorities: what the ones before let in is over. */
  onOtherAuthorities(listener: () => void): void {
    this.#authorityListeners.add(listener);
  }

  /** Calls `listener` with what each reload brings. */
  onReload(listener: Listener): void {
    this.#listeners.add(listener);
  }
}

/** What a listener's handshakes are made with. */
export function contextOf({ certificate, privateKey, clientCa }: Material): SecureContextOptions {
  return {
    cert: certificate,
    key: privateKey,
    // RFC 8996: nothing below 1.2, whatever NODE_OPTIONS says.
    minVersion: 'TLSv1.2',
    ...(clientCa === null ? {} : { ca: clientCa }),
  };
}

function areSameAuthorities(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

/** Longest that a handshake may take, in milliseconds. */
export const HANDSHAKE_TIMEOUT = 5_000;

function listOf({ cert, key, clientCa }: TlsFiles): readonly string[] {
  return clientCa === undefined ? [cert, key] : [cert, key, clientCa];
}

async function read(setting: TlsSetting, files: TlsFiles): Promise<Material> {
  const problems: Problem[] = [];
  const say = (name: keyof TlsFiles | null, message: string): null => {
    problems.push({ path: name === null ? setting : `${setting}.${name}`, message });
    return null;
  };
  const readPart = (name: keyof TlsFiles, file: string): Promise<Buffer | null> =>
    readFile(file).catch((error: unknown) =>
      say(name, `${file} cannot be read: ${systemCode(error)}`),
    );
  const { cert, key, clientCa } = files;
  const [certificate, privateKey, ca] = await Promise.all([
    readPart('cert', cert),
    readPart('key', key),
    clientCa === undefined ? null : readPart('clientCa', clientCa),
  ]);
  const chain = certificate && (chainIn(certificate) ?? say('cert', `${cert} is no certificate`));
  const parsed = privateKey && (keyIn(privateKey) ?? say('key', `${key} is no private key`));
  // OpenSSL takes a file without a certificate for an authority that has signed nothing.
  if (ca !== null && chainIn(ca) === null) say('clientCa', `${clientCa} has no certificate`);
  if (chain && parsed && chain[0]?.checkPrivateKey(parsed) === false)
    say(null, `${key} is not the key of ${cert}`);
  if (problems.length > 0 || !certificate || !privateKey || !chain)
    throw new ProblemsError(problems);
  const notAfter = Math.min(...chain.map(({ validToDate }) => validToDate.getTime()));
  const material = { certificate, privateKey, clientCa: ca, notAfter };
  const refused = refusalOf(material);
  if (refused !== null)
    throw new ProblemsError([
      { path: setting, message: `${cert} and ${key} cannot be used: ${refused}` },
    ]);
  return material;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, or null where it has none or one that cannot be read. */
function chainIn(pem: Buffer): readonly X509Certificate[] | null {
  const blocks = pem.toString('latin1').match(CERTIFICATE);
  try {
    return blocks?.map((block) => new X509Certificate(block)) ?? null;
  } catch {
    return null;
  }
}

function keyIn(pem: Buffer): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

/** What OpenSSL has against them, such as a key that is too small. */
function refusalOf({ certificate, privateKey, clientCa }: Material): string | null {
  try {
    createSecureContext({
      cert: certificate,
      key: privateKey,
      ...(clientCa === null ? {} : { ca: clientCa }),
    });
    return null;
  } catch (error) {
    return systemCode(error);
  }
}
