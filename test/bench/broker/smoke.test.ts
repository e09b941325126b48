/**
 * The benchmark of the broker, in tiny sizes and without a network: that each part runs where its programs are, and is skipped with what to install where they are not; and
 * that nothing stays behind, whatever ends it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { BenchmarkRun } from '../benchmark-run.ts';

const bench = new BenchmarkRun('broker/run.mjs');

test('each part that can be measured here has figures beside a baseline, and nothing stays behind', async () => {
  const { code, out, err } = await bench.smoke('--json', '--offline', 'librdkafka', 'durable', 'scale');
  expect(code, err).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ smoke: true, rounds: 1 });
  expect(report.parts.map((part: any) => part.name)).toEqual(['librdkafka', 'durable', 'scale']);
  for (const part of report.parts) {
    if (part.skipped === undefined) expect(part.findings.length, part.name).toBeGreaterThan(5);
    else expect(part.skipped, part.name).toMatch(/not found: .*; install |jars were not fetched/);
    for (const found of part.findings ?? []) {
      expect(found.row).toMatch(/\S/);
      for (const number of [found.value, found.baseline.value, found.ratio]) {
        expect(number, found.what).toSatisfy(Number.isFinite);
        expect(number, found.what).toBeGreaterThan(0);
      }
    }
  }
  expect(report.parts[2].skipped).toBeUndefined();
  expect(readdirSync(bench.directory)).toEqual([]);
}, 280_000);

test('what is missing is told in a sentence', async () => {
  vi.stubEnv('PATH', bench.directory);
  const { code, out } = await bench.smoke('java', 'librdkafka');
  vi.unstubAllEnvs();
  expect(code).toBe(1);
  expect(out.match(/SKIPPED: .*/g)).toEqual(
    Array<string>(2).fill('SKIPPED: not found: java, javac, mvn; install a JDK (17 or later) and Maven'),
  );
});

test('a report ends with its tables in Markdown', async () => {
  const { code, out } = await bench.smoke('scale');
  expect(code).toBe(0);
  expect(out).toMatch(/^Measured by `npm run bench:broker -- scale --rounds 1` at commit /m);
  expect(out).toMatch(
    /^\| produce, one: p50 \/ p99 \| [\d.]+ \/ [\d.]+ ms \| [\d.]+ \/ [\d.]+ ms \| [\d.]+ \/ [\d.]+ \| 2 \|$/m,
  );
}, 60_000);

/** Brokers that work in the directory of this test. */
function brokers(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes('broker') && words.some((word) => word.startsWith(bench.directory));
    } catch {
      // No process, or one that has ended.
      return false;
    }
  });
}

// Processes are looked for in /proc.
test.skipIf(process.platform !== 'linux').each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s ends the brokers, and their data goes',
  async (signal, status) => {
    const script = fileURLToPath(new URL('../../../bench/broker/run.mjs', import.meta.url));
    const run = spawn(process.execPath, [script, '--dir', bench.directory, 'scale'], { stdio: 'ignore' });
    const ended = once(run, 'exit');
    const soon = { timeout: 20_000, interval: 20 };
    await vi.waitFor(() => expect(brokers()).not.toEqual([]), soon);
    run.kill(signal);
    expect(await ended).toEqual([status, null]);
    expect(readdirSync(bench.directory)).toEqual([]);
    await vi.waitFor(() => expect(brokers()).toEqual([]), soon);
  },
  60_000,
);

test('a wrong part gets one sentence', async () => {
  const { code, out, err } = await bench.run('kafak');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(
    /^No part "kafak"; there are: start, java, librdkafka, java-bound, librdkafka-bound, durable, scale\n$/,
  );
});
