import type { Manifest } from './manifests.ts';
import {
  type MigratedFile,
  type Migration,
  type MigrationOptions,
  NEVER_CLAIMED,
  type Note,
  REFUSING_PIPELINE,
  UNKNOWN_ISSUER,
} from './migration.ts';

/** A pipeline that takes the place of an authorizer: what that one checked is not in any manifest. */
export interface Stub {
  readonly name: string;
  /** The URL that was asked until now. */
  readonly url: string;
  /** Headers that it gave to the backend, lower case. */
  readonly headers: readonly string[];
  /** Those whose routes asked it. */
  readonly namespaces: readonly string[];
}

/** What is in headers of well-known authorizers. */
const CLAIM_OF: Readonly<Record<string, string>> = {
  'x-auth-request-user': 'sub',
  'x-auth-request-email': 'email',
  'x-auth-request-groups': 'groups',
  'x-auth-request-preferred-username': 'preferred_username',
  'x-forwarded-user': 'sub',
  'x-auth-user': 'sub',
  'x-auth-subject': 'sub',
  'x-auth-scope': 'scope',
  'x-auth-email': 'email',
  'remote-user': 'sub',
  'remote-email': 'email',
  'remote-groups': 'groups',
};

function hasClaim(header: string): boolean {
  return Object.hasOwn(CLAIM_OF, header);
}

/** Headers that no claim may set, as `validate` says. */
const NEVER = /^(?:authorization|cookie|set-cookie|host|x-forwarded-.*)$/;

/** Those among them that an authorizer tells an identity in, such as X-Forwarded-User: not what proxies say of themselves. */
const FORWARDED_IDENTITY = /^x-forwarded-(?!(?:for|host|port|proto|server|prefix|uri|method)$)/;

/** Headers of an authorizer's answer that a new route must take away from clients, since Watchword cannot. */
export function removedByRoute(headers: readonly string[]): readonly string[] {
  const lower = headers.map((header) => header.toLowerCase());
  return [...new Set(lower)].filter((header) => FORWARDED_IDENTITY.test(header));
}

/**
 * Whether a gateway that stays still copies a header of the answer. All but Authorization, which Watchword never sets: a
 * copied header that the answer lacks is removed, so of others the client's own never arrives.
 */
export function isCopied(header: string): boolean {
  return header.toLowerCase() !== 'authorization';
}

/** The configuration of the pipelines, each with the issuer's tokens required and nothing else yet. */
function stubFile(
  stubs: readonly Stub[],
  refused: readonly string[] | null,
  { issuer, audience, selectableByContext = true }: MigrationOptions,
): MigratedFile {
  const selectableBy = (namespaces: readonly string[]): object => ({
    ...(namespaces.length > 0 ? { namespaces } : {}),
    context: selectableByContext,
  });
  const refusing = {
    name: REFUSING_PIPELINE,
    selectableBy: selectableBy(refused ?? []),
    require: { issuers: ['main'], audiences: 'any', claims: [NEVER_CLAIMED] },
  };
  return {
    name: 'watchword.yaml',
    about:
      "Watchword: for a ConfigMap that the chart's configMaps name, the chart's values under config, or /etc/watchword",
    documents: [
      {
        ...identityHeadersOf(stubs),
        issuers: [
          {
            name: 'main',
            issuer: issuer ?? UNKNOWN_ISSUER,
            keys: issuer?.startsWith('http:')
              ? { discovery: true, allowHttp: true }
              : { discovery: true },
          },
        ],
        pipelines: [
          ...stubs.map((stub) => ({
            name: stub.name,
            selectableBy: selectableBy(stub.namespaces),
            require: { issuers: ['main'], audiences: audience === undefined ? 'any' : [audience] },
            ...forwardOf(stub),
          })),
          ...(refused === null ? [] : [refusing]),
        ],
      },
    ],
  };
}

/** All that were told, so that no client's own arrives; left out where the pipelines set them all, which is the default. */
function identityHeadersOf(stubs: readonly Stub[]): object {
  const told = [...new Set(stubs.flatMap(({ headers }) => headers))].filter(
    (header) => !NEVER.test(header),
  );
  return told.every(hasClaim) ? {} : { identityHeaders: told };
}

function forwardOf({ headers }: Stub): object {
  const known = headers.filter((name) => hasClaim(name) && !NEVER.test(name));
  if (known.length === 0) return {};
  return {
    forward: { headers: Object.fromEntries(known.map((name) => [name, CLAIM_OF[name] ?? 'sub'])) },
  };
}

/** What must be said of the stubs. */
function stubNotes(stubs: readonly Stub[], options: MigrationOptions): readonly Note[] {
  const notes: Note[] = stubs.flatMap(({ name, url, headers }) => [
    {
      where: `pipeline ${name}`,
      says: `takes the place of ${url}; what that one checked is in no manifest: write it as require`,
    },
    ...headers
      .filter((header) => !hasClaim(header) || NEVER.test(header))
      .map((header) => ({
        where: `pipeline ${name}`,
        says: headerNote(header),
      })),
  ]);
  if (options.issuer === undefined)
    notes.push({
      where: 'issuers[0].issuer',
      says: `name the issuer (--issuer) in the place of ${UNKNOWN_ISSUER}; until then every token is refused`,
    });
  if (options.audience === undefined)
    notes.push({
      where: 'audiences',
      says: 'name the identifier of the API (--audience) in the place of any',
    });
  return notes;
}

function headerNote(header: string): string {
  if (header === 'authorization')
    return "authorization cannot be made from a claim; the client's own is kept unless forward.token is strip";
  if (NEVER.test(header))
    return `${header} cannot be made from a claim: have the backend read another header; no client's own arrives`;
  return `which claim ${header} is made from is not known: write it as forward.headers; until then the backend gets none`;
}

/** The pipeline that a URL of ours names already; undefined for another authorizer's, null for `-`. */
export function ownPipeline(url: string): string | null | undefined {
  const segment = /\/auth\/(?:ingress-nginx|nginx|traefik)\/([^/?#]+)$/.exec(url)?.[1];
  return segment === '-' ? null : segment;
}

/** One stub for each URL that was asked. */
export class Stubs {
  readonly #byUrl = new Map<string, Stub>();
  #refused: readonly string[] | null = null;
  readonly #nameFor: (text: string) => string;

  constructor(nameFor: (text: string) => string) {
    this.#nameFor = nameFor;
    // It is nobody else's.
    nameFor(REFUSING_PIPELINE);
  }

  /** The pipeline for a URL, made at its first use; it is called after the object that asked first. */
  pipelineFor(url: string, headers: readonly string[], { name, namespace }: Manifest): string {
    const known = this.#byUrl.get(url);
    const lower = headers.map((header) => header.toLowerCase());
    const stub = {
      name: known?.name ?? this.#nameFor(ownPipeline(url) ?? name),
      url,
      headers: [...new Set([...(known?.headers ?? []), ...lower])],
      namespaces: [...new Set([...(known?.namespaces ?? []), ...(namespace ? [namespace] : [])])],
    };
    this.#byUrl.set(url, stub);
    return stub.name;
  }

  /** The pipeline that holds the place of what could not be translated. */
  refusing({ namespace }: Manifest): string {
    this.#refused = [...new Set([...(this.#refused ?? []), ...(namespace ? [namespace] : [])])];
    return REFUSING_PIPELINE;
  }

  /** The namespaces of what the refusing pipeline holds; null where nothing needs it. */
  get refused(): readonly string[] | null {
    return this.#refused;
  }

  get all(): readonly Stub[] {
    return [...this.#byUrl.values()];
  }
}

/** A migration of routes: the pipelines that stand for what was asked before, and the files with the objects that name them. */
export function withStubs(
  stubs: Stubs,
  options: MigrationOptions,
  files: readonly MigratedFile[],
  notes: readonly Note[],
): Migration {
  if (stubs.all.length === 0)
    return {
      files: [],
      notes: [
        ...notes,
        { where: 'nothing is written', says: 'no object of the file asks an authorizer' },
      ],
    };
  return {
    files: [
      stubFile(stubs.all, stubs.refused, options),
      ...files.filter(({ documents }) => documents.length > 0),
    ],
    notes: [...stubNotes(stubs.all, options), ...notes],
  };
}
