import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { systemCode } from '../base/system-code.ts';
import { compile } from '../config/compile.ts';
import { IssuerPool } from '../config/open-issuers.ts';
import { readConfig } from '../config/read.ts';
import { REASONS } from '../decision/reason.ts';
import { type Explanation, explainRequest } from '../explain/explain.ts';
import type { SourceSaid } from '../explain/selection-sources.ts';
import type { Step } from '../explain/steps.ts';
import { announcedBy } from '../policy/method.ts';
import { type ContextEntry, NAME_PREFIX, type Request } from '../request/request.ts';
import { type Command, DEFAULT_CONFIG, EXIT, print, UsageError } from './command.ts';
import { routesIn } from './route-files.ts';
import { silentKeyEvents } from './silent-key-events.ts';

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_CONFIG },
  method: { type: 'string', default: 'GET' },
  url: { type: 'string' },
  'token-file': { type: 'string' },
  header: { type: 'string', multiple: true, default: [] as string[] },
  context: { type: 'string', multiple: true, default: [] as string[] },
  objects: { type: 'string', multiple: true, default: [] as string[] },
  via: { type: 'string', default: 'grpc' },
  json: { type: 'boolean', default: false },
} as const;

export const explain: Command = {
  summary:
    'Shows for one request and token each step of the decision. Exit code 0 allow, 3 deny, 4 error.',
  usage:
    "[--config FILE_OR_FOLDER] --url URL [--method GET] [--token-file FILE] [--header 'NAME: VALUE'] [--context NAME=VALUE] [--objects ROUTES.yaml] [--json]",
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.via !== 'grpc') throw new UsageError(`--via ${values.via} is not supported yet`);
    const { url } = values;
    if (url === undefined) throw new UsageError('--url is missing');
    const token = values['token-file'] === undefined ? null : await readToken(values['token-file']);
    const request = requestOf(
      url,
      values.method,
      headersOf(values.header, token),
      values.context.map(contextEntry),
    );
    const read = await readConfig(values.config);
    await using pool = new IssuerPool(() => silentKeyEvents);
    const { policy, issuers } = await compile(read, pool);
    await pool.use(issuers);
    const explanation = await explainRequest(
      policy,
      request,
      read.config.limits.tokenBytes,
      Date.now() / 1000,
      await routesIn(values.objects, read.config.routes),
    );
    if (values.json) print(JSON.stringify(jsonOf(explanation), null, 2));
    else printText(explanation);
    return { allow: EXIT.ok, deny: EXIT.deny, error: EXIT.error }[explanation.decision.outcome];
  },
};

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new UsageError(`--token-file ${file} cannot be read: ${systemCode(error)}`);
  }
}

/** Header names in lower case; repeated ones joined with a comma, as a gateway shows them. */
function headersOf(lines: readonly string[], token: string | null): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new UsageError("--header must be 'NAME: VALUE'");
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

function contextEntry(text: string): ContextEntry {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UsageError('--context must be NAME=VALUE');
  const name = text.slice(0, equals);
  return [name.startsWith(NAME_PREFIX) ? name : `${NAME_PREFIX}${name}`, text.slice(equals + 1)];
}

/** Splits the URL by hand: a URL parser would tidy up the very paths that are worth explaining. */
function requestOf(
  url: string,
  method: string,
  headers: ReadonlyMap<string, string>,
  context: readonly ContextEntry[],
): Request {
  const match = /^https?:\/\/([^/?#]*)(\/.*)?$/s.exec(url);
  if (match === null) throw new UsageError('--url must be http(s)://HOST/PATH');
  return {
    method,
    host: match[1] ?? '',
    path: match[2] ?? '/',
    authorization: headers.get('authorization') ?? null,
    preflightFor: announcedBy(
      method,
      headers.get('origin') ?? null,
      headers.get('access-control-request-method') ?? null,
    ),
    grpc: headers.get('content-type')?.startsWith('application/grpc') ?? false,
    context,
    route: null,
    id: '',
  };
}

const MARKS = { passed: 'ok', refused: 'NO', 'not reached': '-' } as const satisfies Record<
  Step['result'],
  string
>;

function printText({ sources, steps, decision, answer }: Explanation): void {
  for (const step of steps.filter(({ result }) => result !== 'not reached'))
    printStep(step, sources);
  const rest = steps.filter(({ result }) => result === 'not reached').map(({ step }) => step);
  if (rest.length > 0) print(`-   not reached: ${rest.join(', ')}`);
  const { outcome, reason, pipeline } = decision;
  const shadow = pipeline?.mode === 'shadow' ? ' (shadow: refusals pass)' : '';
  print('');
  print(`decision ${outcome} ${reason}: ${REASONS[reason].says}`);
  print(`pipeline ${pipeline?.name ?? '-'}${shadow}`);
  print(`answers  ${answer.passes ? 'pass' : answer.http}`);
  for (const { name, value } of answer.passes ? answer.setHeaders : answer.headers) {
    print(`         ${name}: ${value}`);
  }
}

function printStep({ step, result, detail }: Step, sources: readonly SourceSaid[]): void {
  print(`${MARKS[result].padEnd(3)} ${step.padEnd(16)}${detail}`.trimEnd());
  if (step !== 'pipeline') return;
  for (const { source, says, chose } of sources) {
    print(`      ${chose ? '>' : ' '} ${source.padEnd(16)}${says}`);
  }
}

function jsonOf({ sources, steps, decision, answer }: Explanation): unknown {
  const { outcome, reason, pipeline } = decision;
  return {
    decision: {
      outcome,
      reason,
      says: REASONS[reason].says,
      pipeline: pipeline?.name ?? null,
      mode: pipeline?.mode ?? null,
    },
    answer: answer.passes
      ? { passes: true, headers: answer.setHeaders }
      : { passes: false, status: answer.http, headers: answer.headers },
    sources,
    steps,
  };
}
