import { TokenError } from './token-error.ts';

/** What a client asks the token endpoint for, not yet judged. */
export interface TokenRequest {
  readonly grantType: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Null where none was sent. */
  readonly audience: string | null;
  /** The scopes that were asked for; null where none were named. */
  readonly scopes: readonly string[] | null;
  /** Seconds until the token expires; negative for one that has expired; null where nobody asked. No other issuer takes this. */
  readonly expiresIn: number | null;
}

type Parameters = ReadonlyMap<string, string>;

/** The ways to write parameters: RFC 6749's form, and the JSON that Auth0 takes too. */
const READERS: Readonly<Record<string, (body: string) => Parameters>> = {
  'application/x-www-form-urlencoded': readForm,
  'application/json': readJson,
};

/** Reads a request to the token endpoint. Throws `TokenError`. */
export function readTokenRequest(
  contentType: string | undefined,
  authorization: string | undefined,
  body: string,
): TokenRequest {
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const read = Object.hasOwn(READERS, mediaType) ? READERS[mediaType] : undefined;
  if (read === undefined) {
    const known = Object.keys(READERS).join(' or ');
    throw new TokenError('invalid_request', `the content type must be ${known}`, 415);
  }
  const parameters = read(body);
  const scopes = (parameters.get('scope') ?? '').split(' ').filter((one) => one !== '');
  return {
    grantType: required(parameters, 'grant_type'),
    ...credentials(parameters, authorization),
    // RFC 6749 section 3.2: a parameter without a value counts as not sent.
    audience: parameters.get('audience') || null,
    scopes: scopes.length > 0 ? scopes : null,
    expiresIn: secondsOf(parameters.get('expires_in')),
  };
}

/** An issuer for trying out gives tokens that others never would. */
function secondsOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  if (!/^-?\d{1,9}$/.test(text))
    throw new TokenError('invalid_request', 'expires_in must be a number of seconds, as a text');
  return Number(text);
}

function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (!value) throw new TokenError('invalid_request', `${name} is missing`);
  return value;
}

function readForm(body: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    // RFC 6749 section 3.2: no parameter may come twice.
    if (parameters.has(name)) throw new TokenError('invalid_request', `${name} comes twice`);
    parameters.set(name, value);
  }
  return parameters;
}

function readJson(body: string): Parameters {
  const parsed = parseObject(body);
  const parameters = new Map<string, string>();
  // RFC 6749 section 3.2: unknown parameters are ignored, and so is what is no text.
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value === 'string') parameters.set(name, value);
  }
  return parameters;
}

function parseObject(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // The same fault as JSON that is no object.
  }
  throw new TokenError('invalid_request', 'the body is no JSON object');
}

/** `client_secret_basic` or `client_secret_post` (RFC 6749 section 2.3.1), not both. */
function credentials(
  parameters: Parameters,
  authorization: string | undefined,
): { readonly clientId: string; readonly clientSecret: string } {
  if (authorization === undefined) {
    return {
      clientId: required(parameters, 'client_id'),
      clientSecret: required(parameters, 'client_secret'),
    };
  }
  if (parameters.has('client_secret')) {
    throw new TokenError('invalid_request', 'the client authenticates in two ways');
  }
  const [, encoded] = /^basic +([a-z0-9+/]+=*) *$/i.exec(authorization) ?? [];
  const [, id, secret] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  if (id === undefined || secret === undefined) {
    throw new TokenError('invalid_client', 'the Authorization header is not of the Basic scheme');
  }
  return { clientId: formDecode(id), clientSecret: formDecode(secret) };
}

/** Both parts are form-encoded before they are joined. */
function formDecode(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}
