import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parseArgs } from 'node:util';
import { CHALLENGE_START } from '../answer/challenge.ts';
import { systemCode } from '../base/system-code.ts';
import { REASONS } from '../decision/reason.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';

const OPTIONS = {
  method: { type: 'string', default: 'GET' },
  connect: { type: 'string' },
  'ca-file': { type: 'string' },
  timeout: { type: 'string', default: '5' },
  json: { type: 'boolean', default: false },
} as const;

/** Enough of a body to tell ours from another's. */
const MOST_BYTES = 16 * 1024;

interface Answer {
  readonly status: number;
  readonly challenge: string;
  readonly body: string;
}

/** What an answer to a request without a token tells about the route. */
interface Finding {
  /** `refused`: Watchword was asked, but asks for no token here. */
  readonly result: 'protected' | 'refused' | 'not protected' | 'no answer';
  readonly says: string;
}

export const probe: Command = {
  summary:
    'Asks through a gateway without a token and expects the 401 of Watchword. Exit code 0: it came; 1: anything else.',
  usage: 'URL [--method GET] [--connect HOST:PORT] [--ca-file FILE] [--timeout SECONDS] [--json]',
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    const [url, ...more] = positionals;
    if (url === undefined || more.length > 0) throw new UsageError('needs one URL');
    const options = await optionsOf(values);
    const finding = await ask(parsed(url), options).then(
      findingOf,
      (error: unknown): Finding => ({ result: 'no answer', says: systemCode(error) }),
    );
    const isProtected = finding.result === 'protected';
    if (values.json) print(JSON.stringify({ url, ...finding }));
    else (isProtected ? print : printError)(`${url}: ${finding.result}; ${finding.says}`);
    return isProtected ? EXIT.ok : EXIT.wrong;
  },
};

function parsed(url: string): URL {
  const read = URL.canParse(url) ? new URL(url) : null;
  if (read === null || !/^https?:$/.test(read.protocol))
    throw new UsageError('URL must be http(s)');
  if (read.username !== '' || read.password !== '') throw new UsageError('URL must have no user');
  return read;
}

async function optionsOf(values: {
  readonly method: string;
  readonly connect?: string | undefined;
  readonly 'ca-file'?: string | undefined;
  readonly timeout: string;
}): Promise<RequestOptions & { ca?: string }> {
  const seconds = Number(values.timeout);
  if (!(seconds > 0 && seconds <= 300)) throw new UsageError('--timeout must be 1 to 300 seconds');
  const options: RequestOptions & { ca?: string } = {
    method: values.method,
    signal: AbortSignal.timeout(seconds * 1000),
    agent: false,
  };
  const { connect, 'ca-file': caFile } = values;
  if (connect !== undefined) {
    const address = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):(\d{1,5})$/.exec(connect);
    if (address === null) throw new UsageError('--connect must be HOST:PORT');
    options.host = address[1] ?? address[2] ?? '';
    options.port = Number(address[3]);
  }
  if (caFile !== undefined) {
    options.ca = await readFile(caFile, 'utf8').catch((error: unknown) => {
      throw new UsageError(`--ca-file ${caFile} cannot be read: ${systemCode(error)}`);
    });
  }
  return options;
}

/** One request without a token. Redirects are answers like others: a login page does not protect an API. */
function ask(url: URL, options: RequestOptions & { ca?: string }): Promise<Answer> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const target: RequestOptions & { servername?: string } = {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? undefined : Number(url.port),
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: '*/*', 'user-agent': 'watchword-probe' },
      ...(/^[\d.]+$|:/.test(url.hostname) ? {} : { servername: url.hostname }),
      ...options,
    };
    const sent = send(target, (response) => {
      read(response).then(resolve, reject);
    });
    sent.once('error', reject);
    sent.end();
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > MOST_BYTES) break;
  }
  const challenge = response.headers['www-authenticate'] ?? '';
  return { status: response.statusCode ?? 0, challenge, body };
}

function findingOf({ status, challenge, body }: Answer): Finding {
  const reason = reasonIn(body);
  const bare = status === 401 && challenge === CHALLENGE_START;
  // An answer to HEAD has no body, and nginx writes one of its own below the challenge.
  if (bare && (reason === 'token_missing' || reason === null)) {
    return { result: 'protected', says: '401 token_missing by Watchword' };
  }
  const ours = status >= 400 && (status !== 401 || challenge.startsWith(CHALLENGE_START));
  if (reason !== null && ours) {
    const says = `Watchword answers ${status} ${reason}: ${REASONS[reason].says}`;
    return { result: 'refused', says };
  }
  if (status === 401) return { result: 'not protected', says: '401, but not by Watchword' };
  const means =
    status >= 400 && status < 500
      ? 'refused, but nothing says that it was by Watchword'
      : 'Watchword was not asked, or lets everybody in';
  return { result: 'not protected', says: `${status} without a token: ${means}` };
}

function reasonIn(body: string): keyof typeof REASONS | null {
  try {
    const { reason } = JSON.parse(body) as { reason?: unknown };
    return typeof reason === 'string' && Object.hasOwn(REASONS, reason)
      ? (reason as keyof typeof REASONS)
      : null;
  } catch {
    return null;
  }
}
