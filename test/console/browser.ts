import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../support/chromium.ts';

/** Starts a Chromium. Disposing of it ends it. */
export async function openBrowser(): Promise<Browser> {
  const { command, environment } = await findChromium();
  return chromium.launch({
    executablePath: command,
    // The only page that it opens is ours, and Chromium's own sandbox does not start as root.
    chromiumSandbox: false,
    env: { ...(process.env as Record<string, string>), ...environment },
  });
}
