/** The example runs as a newcomer runs it: what it prints, and what it leaves. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temp-directory.ts';

const script = fileURLToPath(new URL('../../examples/tail-from-a-second-process.js', import.meta.url));

function run(directory: string, ...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, TMPDIR: directory, NODE_OPTIONS: undefined };
    execFile(process.execPath, [script, ...args], { env, timeout: 20_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    );
  });
}

test(
  'each record comes once and in order, from a writer that is killed and from the next one',
  { timeout: 30_000 },
  async () => {
    const directory = temporaryDirectory();
    const { code, out, err } = await run(directory, '12');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const offsets = Array.from(out.matchAll(/^ *(\d+) {2}c-\d: one pot, appended [\d.]+ ms ago$/gm), ([, offset]) =>
      Number(offset),
    );
    expect(offsets.length).toBeGreaterThanOrEqual(12);
    expect(offsets).toEqual(offsets.map((_, i) => i));
    expect(out).toMatch(/^ +the writer was killed, and another one goes on$/m);
    expect(out).toMatch(/the log in …\/orders-0 is gone: its topic was deleted\n$/);
    expect(readdirSync(directory)).toEqual([]);
  },
);

test('a wrong argument gets one sentence', async () => {
  expect(await run(temporaryDirectory(), 'many')).toEqual({
    code: 2,
    out: '',
    err: 'How many records? A whole number from 1 on, not "many".\n',
  });
});
