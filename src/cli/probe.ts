import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { systemCode } from '../base/system-code.ts';
import { probeSecret } from '../config/hash.ts';
import { readConfig } from '../config/read.ts';
import { askWithoutToken, type ProbeTarget, parseConnect, probeUrlFault } from '../probe/answer.ts';
import { type Finding, findingOf, noAnswer } from '../probe/finding.ts';
import { askProbe } from '../probe/prober.ts';
import { ProbeProof } from '../probe/proof.ts';
import { probeSettings } from '../server/probes.ts';
import { type Command, EXIT, print, printError, UsageError } from './command.ts';

const OPTIONS = {
  config: { type: 'string' },
  method: { type: 'string', default: 'GET' },
  connect: { type: 'string' },
  'ca-file': { type: 'string' },
  timeout: { type: 'string', default: '5' },
  json: { type: 'boolean', default: false },
} as const;

export const probe: Command = {
  summary:
    'Asks through a gateway without a token and expects the 401 of Watchword. Exit code 0: it came; 1: anything else.',
  usage:
    '[URL] [--config FILE_OR_FOLDER] [--method GET] [--connect HOST:PORT] [--ca-file FILE] [--timeout SECONDS] [--json]',
  details: [
    '  --config  without a URL: asks all `probes` of this configuration. With one: the 401 must prove that a Watchword of this configuration was asked',
  ],
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    const [url, ...more] = positionals;
    if (more.length > 0) throw new UsageError('needs one URL');
    if (url === undefined && values.config !== undefined)
      return askConfigured(values.config, values.json);
    if (url === undefined) throw new UsageError('needs one URL, or --config');
    const fault = probeUrlFault(url);
    if (fault !== null) throw new UsageError(`URL ${fault}`);
    const target = await targetOf(new URL(url), values);
    const proof = values.config === undefined ? null : await proofOf(values.config);
    return say(url, await ask(target, proof), values.json);
  },
};

/** Asks every probe of a configuration. */
async function askConfigured(path: string, json: boolean): Promise<number> {
  const { config } = await readConfig(path);
  const probes = probeSettings(config);
  if (probes.length === 0) throw new UsageError(`${path} has no probes, and no URL is named`);
  const proof = new ProbeProof(probeSecret(config));
  const codes = await Promise.all(
    probes.map(async (one) => say(`${one.name} ${one.url}`, await askProbe(one, proof), json)),
  );
  return Math.max(...codes);
}

async function proofOf(path: string): Promise<ProbeProof> {
  return new ProbeProof(probeSecret((await readConfig(path)).config));
}

async function ask(target: ProbeTarget, proof: ProbeProof | null): Promise<Finding> {
  const marked = proof?.marked(target.url) ?? { url: target.url, id: null, expected: null };
  return askWithoutToken({ ...target, ...marked }).then(
    (answer) => findingOf(answer, marked.expected),
    noAnswer,
  );
}

function say(url: string, finding: Finding, json: boolean): number {
  const isProtected = finding.result === 'protected';
  if (json) print(JSON.stringify({ url, ...finding }));
  else (isProtected ? print : printError)(`${url}: ${finding.result}; ${finding.says}`);
  return isProtected ? EXIT.ok : EXIT.wrong;
}

async function targetOf(
  url: URL,
  values: {
    readonly method: string;
    readonly connect?: string | undefined;
    readonly 'ca-file'?: string | undefined;
    readonly timeout: string;
  },
): Promise<ProbeTarget> {
  const seconds = Number(values.timeout);
  if (!(seconds > 0 && seconds <= 300)) throw new UsageError('--timeout must be 1 to 300 seconds');
  const connect = values.connect === undefined ? null : parseConnect(values.connect);
  if (connect === null && values.connect !== undefined)
    throw new UsageError('--connect must be HOST:PORT');
  const caFile = values['ca-file'];
  const ca =
    caFile === undefined
      ? null
      : await readFile(caFile, 'utf8').catch((error: unknown) => {
          throw new UsageError(`--ca-file ${caFile} cannot be read: ${systemCode(error)}`);
        });
  const signal = AbortSignal.timeout(seconds * 1000);
  return { url, method: values.method, connect, ca, id: null, signal };
}
