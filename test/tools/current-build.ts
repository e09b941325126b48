/** What vitest runs before all tests: the build, which is soon over when nothing has changed. No test runs yesterday's code. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../tools/build.mjs', import.meta.url));

export function setup(): void {
  try {
    execFileSync(process.execPath, [script], { stdio: 'inherit' });
  } catch (error) {
    // It has said itself what is wrong.
    throw new Error('the build failed, so there is nothing to test', { cause: error });
  }
}
