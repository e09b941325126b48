/** Processes in the middle of transactions are killed, each at a moment of chance; the last one finds each transaction whole or not at all. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { firstSeed, Random } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('transaction-child.mjs', import.meta.url));
const KILLS = Number(process.env.MILLRACE_RUNS ?? 10);
const CHAINS = 2;

interface End {
  readonly signal: string | null;
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs one child; kills it so many milliseconds after it was at work, or lets it end. */
function runChild(args: readonly string[], afterMs: number | null): Promise<End> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, said] = ['', ''];
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
      if (afterMs !== null) setTimeout(() => child.kill('SIGKILL'), afterMs);
    });
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ signal, code, out, said }));
  });
}

async function chain(seed: number, kills: number): Promise<{ begun: number; seen: number }> {
  const random = new Random(seed);
  const directory = temporaryDirectory();
  const args = [join(directory, 'data'), join(directory, 'ledger')];
  for (let i = 0; i < kills; i++) {
    const { signal, code, said } = await runChild([...args, String(seed + i)], random.between(0, 60));
    if (signal !== 'SIGKILL') throw new Error(`MILLRACE_SEED=${seed}, kill ${i}: status ${code}\n${said}`);
  }
  const { code, out, said } = await runChild([...args, '0', 'verify'], null);
  if (code !== 0) throw new Error(`MILLRACE_SEED=${seed}: status ${code}\n${said}`);
  return JSON.parse(out) as { begun: number; seen: number };
}

test(
  `transactions are whole or not there after ${KILLS} kills, as was answered`,
  async () => {
    const seed = firstSeed();
    const kills = Math.ceil(KILLS / CHAINS);
    const chains = Array.from({ length: CHAINS }, (_, i) => chain(seed + i * 1_000_000, kills));
    for (const { begun, seen } of await Promise.all(chains)) {
      expect(begun).toBeGreaterThan(kills);
      // A quarter is aborted by itself, and two a kill may be lost.
      expect(seen).toBeGreaterThan(0);
      expect(seen).toBeLessThan(begun);
    }
  },
  KILLS * 3000 + 60_000,
);
