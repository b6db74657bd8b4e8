import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { CORPUS } from './corpus.ts';
import type { Specimen } from './specimen.ts';
import { inFolder, watchword } from './watchword.ts';

/** What is said beside the output, all of it named. */
async function notesOf(
  { source, documents }: Specimen,
  status: number,
  ...args: string[]
): Promise<string> {
  let notes = '';
  await inFolder(async (folder) => {
    const file = join(folder, 'from.yaml');
    await writeFile(
      file,
      documents('shop')
        .map((one) => stringify(one))
        .join('---\n'),
    );
    const run = watchword('migrate', source, file, ...args);
    assert.equal(run.status, status, run.notes.join('\n'));
    notes = run.notes.join('\n');
  });
  return notes;
}

for (const specimen of CORPUS) {
  const { title, says, saysOfSame, isComplete } = specimen;
  test(`${title}: what has no counterpart is said`, async () => {
    const notes = await notesOf(specimen, isComplete ? 0 : 2, '--gateway', 'infra/gateway');
    for (const part of says) assert.ok(notes.includes(part), `${part}\n${notes}`);
  });
  if (saysOfSame === undefined) continue;
  test(`${title}: what stays and may weaken the check is said`, async () => {
    const notes = await notesOf(specimen, 0, '--to', 'same');
    for (const part of saysOfSame) assert.ok(notes.includes(part), `${part}\n${notes}`);
  });
}
