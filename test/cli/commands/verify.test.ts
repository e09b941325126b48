import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyCommand } from '#millrace/cli/commands/verify.js';
import { FIXTURE } from '../../compat/expected-log.ts';
import { flipBit, makeStore } from '../../support/store-damage.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { runCommand } from '../support/command-run.ts';

test('a clean directory of Kafka’s: one line with how much was looked at, and how fast', async () => {
  const directory = join(FIXTURE, 'clean/log-dir');
  const { code, out, err } = await runCommand(verifyCommand, [directory]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(
    /log-dir \(stopped cleanly\): 11 partitions, 25 segments, 177 batches, 723 records, 56\.0 KiB in [\d.]+ s \([\d.]+ [KM]iB\/s\): nothing wrong was found\n$/,
  );
  expect(out.split('\n')).toHaveLength(2);
});

test('what is wrong, with its place, and status 1', async () => {
  const directory = join(temporaryDirectory(), 'data');
  await makeStore(directory);
  const path = join(directory, 'plain-0/00000000000000000000.log');
  flipBit(path, 100, 2);
  const { code, out } = await runCommand(verifyCommand, ['--data', directory]);
  expect(code).toBe(1);
  expect(out).toMatch(
    new RegExp(`^${path} at 0: checksum: the batch has checksum \\d+, which its bytes do not give\n`),
  );
  expect(out).toMatch(/: 1 fault found\n$/);
  const { code: again, rows } = await runCommand(verifyCommand, ['--json', directory]);
  expect(again).toBe(1);
  expect(rows[0]).toEqual({
    kind: 'partition',
    topic: 'packed',
    partition: 0,
    segments: expect.any(Number),
    batches: 60,
    records: 120,
    bytes: expect.any(Number),
    startOffset: 0,
    endOffset: 120,
  });
  expect(rows[1]).toMatchObject({ kind: 'finding', finding: 'checksum', path, position: 0 });
  expect(rows.at(-1)).toMatchObject({
    kind: 'summary',
    directory,
    partitions: 3,
    findings: 1,
    settled: true,
    bytesPerSecond: expect.any(Number),
  });
});

test('on a terminal it says how far it is, on standard error', async () => {
  const directory = join(FIXTURE, 'clean/log-dir');
  const { out, err } = await runCommand(verifyCommand, [directory], { terminal: true });
  expect(err).not.toBe('');
  expect(out.split('\n')).toHaveLength(2);
});

test('a directory that is not there, and a wrong option', async () => {
  expect(await runCommand(verifyCommand, ['/nowhere'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no directory /nowhere'),
  });
  expect(await runCommand(verifyCommand, ['--repair'])).toMatchObject({ code: 2 });
});
