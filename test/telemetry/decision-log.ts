import { CONFIG } from '../../src/config/shape.ts';
import type { DecisionLogConfig } from '../../src/config/shape-log.ts';
import type { DecisionLog } from '../../src/telemetry/logged.ts';

/** A decision log with default settings, and over them what a test is about. */
export function decisionLog(
  own: Partial<DecisionLogConfig> = {},
  more: Partial<DecisionLog> = {},
): DecisionLog {
  const settings = { ...CONFIG.parse({}).log.decisions, ...own };
  return {
    settings: () => settings,
    onSuppressed: () => undefined,
    version: '0.0.0',
    ...more,
  };
}
