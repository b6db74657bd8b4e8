import { z } from 'zod';
import { CONFIG } from './shape.ts';

/** The JSON Schema (2020-12) of what a user writes: defaults may be left out, unknown settings are refused. */
export function configSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(CONFIG, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Watchword configuration' };
}
