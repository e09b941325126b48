/** Processes are killed while they remove old segments; the next one finds each log whole, and no further back than it had been. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { firstSeed, Random } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('retention-child.mjs', import.meta.url));
const KILLS = Number(process.env.MILLRACE_RUNS ?? 10);
const CHAINS = 4;

/** Runs one child, and kills it so many milliseconds after it was ready. Returns what it ended with. */
function run(args: readonly string[], killAfterMs: number | null): Promise<{ status: string; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.stdout.on('data', () => {
      if (killAfterMs !== null) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: signal ?? String(code), said }));
  });
}

async function chain(seed: number, kills: number): Promise<string> {
  const random = new Random(seed);
  const directory = temporaryDirectory();
  const [data, ledger] = [join(directory, 'data'), join(directory, 'ledger')];
  for (let i = 0; i <= kills; i++) {
    const isLast = i === kills;
    const args = [data, ledger, String(seed + i), ...(isLast ? ['verify'] : [])];
    const { status, said } = await run(args, isLast ? null : random.between(0, 40));
    if (status !== (isLast ? '0' : 'SIGKILL'))
      throw new Error(`MILLRACE_SEED=${seed}, process ${i} of ${kills}: ${status}\n${said}`);
  }
  return readFileSync(ledger, 'utf8');
}

test(
  `logs survive ${KILLS} kills in the middle of retention`,
  async () => {
    const seed = firstSeed();
    const kills = Math.ceil(KILLS / CHAINS);
    const ledgers = await Promise.all(Array.from({ length: CHAINS }, (_, i) => chain(seed + i * 1_000_000, kills)));
    // Otherwise nothing was removed, and nothing is proven.
    const starts = ledgers.flatMap((ledger) => ledger.split('\n').map((line) => Number(line.split(' ')[1] ?? 0)));
    expect(Math.max(...starts)).toBeGreaterThan(200);
  },
  KILLS * 5000 + 60_000,
);
