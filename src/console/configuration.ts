import type { LiveConfig } from '../live/live-config.ts';
import type { Configuration } from './api.ts';
import { maskedSettings } from './masked-settings.ts';

/** What runs, and what is wrong with what should run. */
export function configurationShown(live: LiveConfig): Configuration {
  const { path, hash, lastSuccess, problems, warnings, waiting, config } = live;
  return {
    path,
    hash,
    read: lastSuccess,
    problems,
    warnings,
    waiting,
    settings: maskedSettings(config),
  };
}
