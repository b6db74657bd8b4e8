import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../deploy/support/free-port.ts';
import { findHelm, kubectlPath } from '../cluster/programs.ts';
import { type Block, blocksOf } from '../readme/sections.ts';
import { kubeconfig, run } from './commands.ts';
import { IMAGE, importOther } from './images.ts';
import { makeOwnNamespace } from './own-objects.ts';
import type { Story } from './story.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = new URL('../../docs/getting-started.md', import.meta.url);
const SECTIONS = [
  '2. Install it with something to try',
  '3. 401, 200, 403',
  '4. A route of yours',
  '6. Take it away',
];
const NAMESPACE = 'watchword-start';
/** Lines that another run prints otherwise: names of pods, and what stands above them. */
const OF_ONE_RUN = /^(?:NAME |watchword-)/;

/** docs/getting-started.md, command by command: what the page shows below one is what it prints. */
export async function gettingStarted({ chapter, step }: Story): Promise<void> {
  chapter('docs/getting-started.md, word by word');
  await step('the image of Envoy', () => importOther('envoyproxy/envoy:distroless-v1.40.0'));
  await makeOwnNamespace(NAMESPACE);
  await step('its commands print what it shows', followed);
}

async function followed(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'watchword-start-'));
  try {
    await symlink(join(ROOT, 'helm'), join(folder, 'helm'));
    const port = await freePort();
    const blocks = SECTIONS.flatMap((heading) => blocksOf(PAGE, heading)).map((block) =>
      ownWords(block, port),
    );
    const { script, commands } = scriptFor(blocks, port);
    const path = [dirname(kubectlPath()), dirname(await findHelm()), process.env['PATH']];
    const out = await run('bash', ['-c', `cd '${folder}'\n${script}`], {
      environment: { KUBECONFIG: kubeconfig(), PATH: path.join(delimiter) },
    });
    const printed = out.split(/^@@\d+\n/m).slice(1);
    for (const [index, { command, shown }] of commands.entries()) {
      const lines = (printed[index] ?? '').split(/\r?\n/);
      for (const line of shown) assert.ok(lines.includes(line), `${command}\n${line}\n---\n${out}`);
    }
    return `${commands.length} commands`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The page's words of one's own: the image, the namespace, the port of this machine. */
function ownWords({ language, text }: Block, port: number): Block {
  const image = `${IMAGE.repository}, tag: ${IMAGE.tag}, pullPolicy: Never`;
  return {
    language,
    text: text
      .replaceAll('registry.example/watchword, tag: 0.2.0', image)
      .replaceAll(/(?<=--namespace |runs in |namespace "|delete namespace )watchword\b/g, NAMESPACE)
      .replaceAll(/\b8080(?=:80\b|\/)/g, String(port)),
  };
}

interface Command {
  readonly command: string;
  /** The lines below it. */
  readonly shown: readonly string[];
}

/** One script of all blocks, so that variables and jobs of the shell live on, with a mark before each command's output. */
function scriptFor(
  blocks: readonly Block[],
  port: number,
): { readonly script: string; readonly commands: readonly Command[] } {
  const commands: Command[] = [];
  const parts = ["set -m; trap 'kill $(jobs -p) 2>/dev/null' EXIT"];
  for (const { language, text } of blocks) {
    if (language === 'yaml') parts.push(`cat > my-values.yaml <<'END'\n${text}END`);
    if (language !== 'console') continue;
    for (const part of text.split(/^\$ /m).slice(1)) {
      const [command = '', ...shown] = part.trimEnd().split('\n');
      parts.push(`echo '@@${commands.length}'`, command.replace(/ &$/, ' 2>&1 &'));
      // A reader types slower than a port-forward starts.
      if (command.includes('port-forward'))
        parts.push(
          `for i in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:${port}/ && break; sleep 0.2; done`,
        );
      commands.push({ command, shown: shown.filter((line) => !OF_ONE_RUN.test(line)) });
    }
  }
  return { script: parts.join('\n'), commands };
}
