import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { benchCommand } from '#millrace/cli/commands/bench.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { runCommand } from '../support/command-run.ts';

test('a suite in tiny sizes, for people and for programs; nothing stays', async () => {
  const directory = temporaryDirectory();
  const [text, json] = await Promise.all([
    runCommand(benchCommand, ['view', '--smoke', '--dir', directory]),
    runCommand(benchCommand, ['view', '--smoke', '--json', '--dir', directory]),
  ]);
  expect(text).toMatchObject({ code: 0, err: '' });
  expect(text.out).toMatch(/^view: 8 batches/m);
  expect(json.rows).toMatchObject([
    { kind: 'machine', smoke: true, rounds: 1 },
    { kind: 'suite', name: 'view', findings: expect.any(Array) },
  ]);
  expect(readdirSync(directory)).toEqual([]);
}, 30_000);

test('a suite that there is not, and rounds that cannot be', async () => {
  expect(await runCommand(benchCommand, ['apend'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('No subject "apend"; there are: append-100b'),
  });
  expect(await runCommand(benchCommand, ['view', '--rounds', '0'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('whole number'),
  });
});

test('it ends when the command is ended', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);
  const directory = temporaryDirectory();
  const { code, err } = await runCommand(benchCommand, ['view', '--rounds', '9999', '--dir', directory], {
    signal: controller.signal,
  });
  expect(code).toBe(1);
  expect(err).toContain('ERR_MILLRACE_ABORTED');
}, 20_000);
