/** A headless Chromium for tests of web pages: Debian's package, or the one that CHROMIUM_PATH names. Where there is none they say that they are skipped. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

export const hasBrowser = existsSync(executablePath);

/** The title of a test that needs a browser: it says why when it is skipped. */
export function inBrowser(title: string): string {
  return hasBrowser ? title : `${title}: skipped, there is no Chromium at ${executablePath} (set CHROMIUM_PATH)`;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
