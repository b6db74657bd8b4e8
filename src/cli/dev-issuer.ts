import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { parseDuration } from '../base/duration.ts';
import { startDevIssuer } from '../dev-issuer/dev-issuer.ts';
import type { DevIssuerSettings } from '../dev-issuer/settings.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';

const OPTIONS = {
  listen: { type: 'string', default: '127.0.0.1:9400' },
  issuer: { type: 'string' },
  client: {
    type: 'string',
    multiple: true,
    default: ['demo:demo-secret'] as string[],
  },
  audience: { type: 'string', multiple: true, default: ['http://orders=read:orders'] as string[] },
  'token-lifetime': { type: 'string', default: '24h' },
  'allow-rotate': { type: 'boolean', default: false },
} as const;

export const devIssuer: Command = {
  summary:
    'Runs a local issuer that speaks like Auth0, for trying out and for tests. Not for production.',
  usage: `[OPTIONS]

  --listen HOST:PORT            default 127.0.0.1:9400
  --issuer URL                  the iss of its tokens; default: where it listens
  --client ID:SECRET            may come several times; default demo:demo-secret
  --audience URI='SCOPE SCOPE'  an API and its scopes; may come several times; default http://orders=read:orders
  --token-lifetime DURATION     default 24h
  --allow-rotate                POST /rotate makes a new key`,
  run: async (args) => {
    const settings = readSettings(args);
    await using issuer = await startDevIssuer(settings);
    if (!LOOPBACK.test(settings.listen)) {
      printError(
        `watchword dev-issuer: warning: ${settings.listen} may be reached from other machines; it is for trying out only`,
      );
    }
    print(`dev-issuer ready at ${issuer.url}`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    return EXIT.ok;
  },
};

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):/;

function readSettings(args: readonly string[]): DevIssuerSettings {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  return {
    listen: readAddress(values.listen),
    issuer: values.issuer === undefined ? null : readIssuer(values.issuer),
    clients: new Map(values.client.map(readClient)),
    audiences: new Map(values.audience.map(readAudience)),
    tokenLifetime: readLifetime(values['token-lifetime']),
    allowRotate: values['allow-rotate'],
  };
}

function readAddress(text: string): string {
  const [, port] = /^(?:\[[0-9a-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/i.exec(text) ?? [];
  if (port !== undefined && Number(port) <= 65_535) return text;
  throw new UsageError(`--listen ${text} is not HOST:PORT`);
}

/** Clients compare `iss` with the configured issuer as text, so it is used as it was written. */
function readIssuer(text: string): string {
  const url = URL.parse(text);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && text === `${url.origin}/`;
  if (isOrigin) return text;
  throw new UsageError(`--issuer ${text} is not of the form https://HOST/, with the slash`);
}

/** The message does not repeat the text: it may be a secret. */
function readClient(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon > 0 && colon < text.length - 1) return [text.slice(0, colon), text.slice(colon + 1)];
  throw new UsageError('--client is not ID:SECRET');
}

/** The scopes come after the last `=`, since an audience may be any URI. */
function readAudience(text: string): readonly [string, readonly string[]] {
  const equals = text.lastIndexOf('=');
  if (equals === 0) throw new UsageError(`--audience ${text} has no URI before the =`);
  if (equals < 0) return [text, []];
  const scopes = text.slice(equals + 1).split(/\s+/);
  return [text.slice(0, equals), scopes.filter((scope) => scope !== '')];
}

/** In seconds. */
function readLifetime(text: string): number {
  const seconds = Math.floor((parseDuration(text) ?? 0) / 1000);
  if (seconds > 0) return seconds;
  throw new UsageError(
    `--token-lifetime ${text} is not a duration of a second or more, such as 24h`,
  );
}
