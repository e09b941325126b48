import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { recoverCommand } from '#millrace/cli/commands/recover.js';
import { openStore } from '#millrace/main.js';
import { FIXTURE } from '../../compat/expected-log.ts';
import { treeOf } from '../../support/store-damage.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { runCommand } from '../support/command-run.ts';

let directory: string;

beforeEach(() => {
  directory = join(temporaryDirectory(), 'data');
  cpSync(join(FIXTURE, 'killed/log-dir'), directory, { recursive: true });
});

const isClean = (): boolean => existsSync(join(directory, '.kafka_cleanshutdown'));

test('--dry-run shows what would be done, and does none of it', async () => {
  const before = treeOf(directory);
  const { code, out, err } = await runCommand(recoverCommand, [directory, '--dry-run']);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toContain('codecs-0: from offset 96 on, 2.17 KiB to look at; ends at offset 114\n');
  expect(out).toContain(
    `  cut at 2766 of ${join(directory, 'codecs-0/00000000000000000078.log')} (the last batch is cut off): 324 B are lost\n`,
  );
  expect(out).toContain('  300 B that were reserved and not written are given back\n');
  expect(out).toContain('  indexes to make: 00000000000000000091.index, 00000000000000000091.timeindex\n');
  expect(treeOf(directory)).toEqual(before);
});

test('piped it asks for nothing, does it, and then there is nothing to do', async () => {
  const { code, rows } = await runCommand(recoverCommand, ['--data', directory, '--json']);
  expect(code).toBe(1);
  expect(rows.filter(({ kind }) => kind === 'plan')).toHaveLength(11);
  const recovered = rows.at(-1);
  expect(recovered).toMatchObject({ kind: 'recovered', partitions: 11, unavailable: 0 });
  expect(recovered.damage.reduce((sum: number, each: any) => sum + each.bytesCut, 0)).toBe(704);
  expect(isClean()).toBe(true);
  const again = await runCommand(recoverCommand, [directory]);
  expect(again).toMatchObject({ code: 0, out: `${directory} was stopped cleanly: there is nothing to recover\n` });
});

test('on a terminal it asks first', async () => {
  for (const input of ['n\n', '\n']) {
    const no = await runCommand(recoverCommand, [directory], { terminal: true, input });
    expect(no.err).toContain(`Recover ${directory} now? [y/N]`);
    expect(no.err).toContain('nothing was changed');
    expect(isClean()).toBe(false);
  }
  const yes = await runCommand(recoverCommand, [directory], { terminal: true, input: 'y\n' });
  expect(yes.out).toMatch(/recovered 11 partitions in \d+ ms: 704 B were cut off in 3 logs\n$/);
  expect(isClean()).toBe(true);
});

test('--yes does not ask', async () => {
  const { err } = await runCommand(recoverCommand, ['-y', directory], { terminal: true });
  expect(err).not.toContain('now?');
  expect(isClean()).toBe(true);
});

test('a directory that somebody has is refused, with the name of who has it', async () => {
  const store = await openStore(directory, { defaults: { 'retention.ms': -1 } });
  const { code, out, err } = await runCommand(recoverCommand, [directory]);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/is held by this process, since .*ERR_MILLRACE_LOCKED/);
  await store.close();
});
