/** Producers whose processes are killed, one after another: each record stands in the log once, and each transaction shows as a whole or not at all. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { firstSeed, Random } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('producer-child.mjs', import.meta.url));
const KILLS = Number(process.env.MILLRACE_RUNS ?? 10);
const CHAINS = 2;

/** Runs one child; kills it so many milliseconds after it was ready. */
function runChild(args: readonly string[], afterMs: number | null): Promise<{ signal: string | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', () => {
      if (afterMs !== null) setTimeout(() => child.kill('SIGKILL'), afterMs);
    });
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.on('error', reject);
    child.on('close', (_code, signal) => resolve({ signal, said }));
  });
}

async function chain(seed: number, kills: number): Promise<void> {
  const random = new Random(seed);
  const directory = temporaryDirectory();
  const args = (i: number): string[] => [join(directory, 'data'), join(directory, 'ledger'), String(seed + i)];
  for (let i = 0; i < kills; i++) {
    const { signal, said } = await runChild(args(i), random.between(0, 60));
    if (signal !== 'SIGKILL') throw new Error(`MILLRACE_SEED=${seed}, kill ${i}\n${said}`);
  }
  const { said } = await runChild([...args(kills), 'verify'], null);
  expect(said, `MILLRACE_SEED=${seed}`).toBe('');
}

test(
  `each record once, each transaction whole, through ${KILLS} kills`,
  async () => {
    const seed = firstSeed();
    const kills = Math.ceil(KILLS / CHAINS);
    await Promise.all(Array.from({ length: CHAINS }, (_, i) => chain(seed + i * 1_000_000, kills)));
  },
  KILLS * 3000 + 60_000,
);
