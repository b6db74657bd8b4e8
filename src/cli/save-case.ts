import { readFile, writeFile } from 'node:fs/promises';
import { isSeq, parseDocument } from 'yaml';
import { systemCode } from '../base/system-code.ts';
import { type Asked, savedCase } from '../policy-test/saved-case.ts';
import { printError, UsageError } from './command.ts';

/** Appends a case for `watchword test` to a file, and says what it holds. Throws `UsageError`. */
export async function saveCase(file: string, asked: Asked): Promise<void> {
  const saved = savedCase(asked);
  if (!saved.ok) throw new UsageError(`no case was written to ${file}: ${saved.why}`);
  const document = parseDocument((await textOf(file)) ?? 'cases: []\n');
  const cases = document.get('cases');
  if (document.errors.length > 0 || !isSeq(cases))
    throw new UsageError(`--save ${file} is not a file of cases: it must have the list 'cases'`);
  const { name } = saved.written;
  const before = cases.items.filter((_, index) => {
    const other = String(document.getIn(['cases', index, 'name']));
    return other === name || other.startsWith(`${String(name)} (`);
  });
  const unique = before.length === 0 ? name : `${String(name)} (${before.length + 1})`;
  cases.flow = false;
  cases.add(document.createNode({ ...saved.written, name: unique }));
  await writeFile(file, document.toString({ lineWidth: 0 })).catch((error: unknown) => {
    throw new UsageError(`--save ${file} cannot be written: ${systemCode(error)}`);
  });
  const holds = saved.hasClaims ? 'the claims of the token, not the token' : 'no token';
  const without = saved.leftOut.length === 0 ? '' : `, without ${saved.leftOut.join(', ')}`;
  printError(`a case was added to ${file}; it holds ${holds}${without}`);
}

/** Null where there is no file yet. */
async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new UsageError(`--save ${file} cannot be read: ${systemCode(error)}`);
  }
}
