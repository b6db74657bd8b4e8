import { type Asked, AskedError, type AskedOptions, askedBy } from '../explain/asked.ts';

/** What is wrong with the body of `POST /api/explain`, in one line that quotes nothing of it. */
export class BodyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BodyError';
  }
}

/** The members of the body: what each must be, and what it is where it is missing. */
const MEMBERS = {
  url: 'text',
  method: 'text',
  token: 'text',
  via: 'text',
  pipeline: 'text',
  headers: 'lines',
  context: 'lines',
} as const;

type Members = {
  -readonly [Name in keyof typeof MEMBERS]?: (typeof MEMBERS)[Name] extends 'text'
    ? string
    : readonly string[];
};

/** Reads the body of `POST /api/explain`. Throws `BodyError`. */
export function askedInBody(body: string): Asked {
  const {
    url,
    method = 'GET',
    token = '',
    via = 'grpc',
    pipeline,
    headers,
    context,
  } = membersOf(body);
  if (url === undefined) throw new BodyError('url is missing');
  const options: AskedOptions = {
    url: url.trim(),
    method: method.trim() || 'GET',
    token: pastedToken(token),
    via,
    pipeline: pipeline?.trim() || undefined,
    header: linesOf(headers),
    context: linesOf(context),
  };
  try {
    return askedBy(options);
  } catch (error) {
    if (error instanceof AskedError) throw new BodyError(error.message);
    throw error;
  }
}

function membersOf(body: string): Members {
  const value = parsed(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BodyError('the body is not a JSON object');
  for (const [name, member] of Object.entries(value)) {
    if (!Object.hasOwn(MEMBERS, name))
      throw new BodyError(
        `the body has an unknown member; there is ${Object.keys(MEMBERS).join(', ')}`,
      );
    if (!isKind(MEMBERS[name as keyof typeof MEMBERS], member))
      throw new BodyError(
        `${name} has the wrong type; headers and context are lists of texts, all others texts`,
      );
  }
  return value as Members;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BodyError('the body is not JSON');
  }
}

function isKind(kind: 'text' | 'lines', value: unknown): boolean {
  return kind === 'text'
    ? typeof value === 'string'
    : Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function linesOf(lines: readonly string[] = []): readonly string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** A token as people copy it: with its header's name, with its scheme, in quotes, broken into lines. Null where there is none. */
function pastedToken(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/\s*\n\s*/g, '');
  return bare === '' ? null : bare;
}
