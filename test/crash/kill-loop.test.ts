/**
 * Processes that write a store are killed, each at a moment of chance; the next one finds all that was acknowledged. With those that produce, that retain and that
 * have transactions (the other loops of this folder, each with a ledger of its own) a hundred are killed in `npm test`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { firstSeed, Random } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('kill-child.mjs', import.meta.url));
const KILLS = Number(process.env.MILLRACE_RUNS ?? 52);
const CHAINS = 4;

interface End {
  readonly ready: boolean;
  readonly signal: string | null;
  readonly code: number | null;
  readonly said: string;
}

/** Runs one child; kills it so many milliseconds after it began, or after it was ready. */
function runChild(args: readonly string[], kill: { afterMs: number; from: 'start' | 'ready' } | null): Promise<End> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let ready = false;
    let said = '';
    const killSoon = (): void => void setTimeout(() => child.kill('SIGKILL'), kill!.afterMs);
    child.stdout.on('data', () => {
      ready = true;
      if (kill?.from === 'ready') killSoon();
    });
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    if (kill?.from === 'start') killSoon();
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ ready, signal, code, said }));
  });
}

async function chain(seed: number, kills: number): Promise<number> {
  const random = new Random(seed);
  const directory = temporaryDirectory();
  const args = (i: number): string[] => [join(directory, 'data'), join(directory, 'ledger'), String(seed + i)];
  let atWork = 0;
  for (let i = 0; i < kills; i++) {
    const early = random.chance(0.15);
    const kill = early
      ? ({ afterMs: random.between(60, 250), from: 'start' } as const)
      : ({ afterMs: random.between(0, 50), from: 'ready' } as const);
    const end = await runChild(args(i), kill);
    if (end.signal !== 'SIGKILL') throw new Error(`MILLRACE_SEED=${seed}, kill ${i}: status ${end.code}\n${end.said}`);
    if (end.ready) atWork++;
  }
  const end = await runChild([...args(kills), 'verify'], null);
  if (end.code !== 0) throw new Error(`MILLRACE_SEED=${seed}, after all kills: status ${end.code}\n${end.said}`);
  return atWork;
}

test(
  `what was acknowledged survives ${KILLS} kills, whole and in order`,
  async () => {
    const seed = firstSeed();
    const kills = Math.ceil(KILLS / CHAINS);
    const chains = Array.from({ length: CHAINS }, (_, i) => chain(seed + i * 1_000_000, kills));
    const atWork = (await Promise.all(chains)).reduce((sum, count) => sum + count, 0);
    expect(atWork).toBeGreaterThan((kills * CHAINS) / 2);
  },
  KILLS * 3000 + 60_000,
);
