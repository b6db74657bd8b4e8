import assert from 'node:assert/strict';
import { CommandError, helm, kubectl } from './commands.ts';
import { CHART, deploy, NAMESPACE, podNames } from './release.ts';
import type { Story } from './story.ts';
import { helmTest } from './story-steps.ts';

/** Two pipelines at one host and path: the chart's own checks do not see it, `watchword validate` does. */
const AMBIGUOUS = ['a', 'b'].map((name) => ({ name, require: 'none', match: [{ paths: ['/x'] }] }));
const OVERLAID = ['--set-json', `config.pipelines=${JSON.stringify(AMBIGUOUS)}`];

/** A wrong configuration fails the command that brings it, and what ran goes on; a right one is waited for by `helm test`. */
export async function wrongConfiguration({ chapter, step }: Story): Promise<void> {
  chapter('A wrong configuration');
  await step('helm upgrade fails with the text of validate, and nothing changes', async () => {
    const pods = await podNames();
    const config = (): Promise<string> =>
      kubectl(['get', 'configmap', 'watchword', '--namespace', NAMESPACE, '--output', 'json']);
    const before = await config();
    await assert.rejects(
      deploy(OVERLAID),
      (error) =>
        error instanceof CommandError &&
        /pipelines\[1\]\.match\[0\]: .* is also matched by pipeline 'a'/.test(error.said),
    );
    assert.equal(await config(), before);
    assert.deepEqual(await podNames(), pods);
  });
  await step('helm test waits until every replica runs what was changed', async () => {
    await helm([
      ...['upgrade', 'watchword', CHART, '--namespace', NAMESPACE],
      ...['--reuse-values', '--set', 'config.log.level=debug'],
    ]);
    return helmTest();
  });
}
