import { access, constants } from 'node:fs/promises';
import { systemCode } from '../base/system-code.ts';
import type { Finding } from './explain-issue.ts';
import type { Config } from './shape.ts';

/** Certificate authorities of probes that are not there to be read. */
export async function probeFileFindings({ probes }: Config): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    probes.map(async ({ caFile }, index): Promise<readonly Finding[]> => {
      if (caFile === undefined) return [];
      try {
        await access(caFile, constants.R_OK);
        return [];
      } catch (error) {
        const message = `${caFile} cannot be read: ${systemCode(error)}`;
        return [{ path: ['probes', index, 'caFile'], message }];
      }
    }),
  );
  return findings.flat();
}
