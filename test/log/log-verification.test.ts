/** One partition: segments one after another, and what lies beside them. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { type LogSummary, type LogVerificationOptions, verifyLog } from '#millrace/log/log-verification.js';
import { FIXTURE } from '../compat/expected-log.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, TempLog } from '../support/temp-log.ts';
import { TestProducer } from '../support/test-producer.ts';

const system = new DiskFileSystem();

async function verify(directory: string, options: Partial<LogVerificationOptions> = {}): Promise<LogSummary> {
  const run = verifyLog(system, {
    directory,
    settled: true,
    settings: null,
    compacted: false,
    startOffset: 0,
    ...options,
  });
  for (let bytes = 0; ;) {
    const step = await run.next();
    if (step.done === true) return step.value;
    expect(step.value).toBeGreaterThanOrEqual(bytes);
    bytes = step.value;
  }
}

/** Five segments, stopped cleanly. */
async function segments(): Promise<TempLog> {
  const rig = new TempLog({ segmentBytes: 1024 });
  for (let i = 0; i < 30; i++) rig.log.append(numbered(3, i * 3, 20));
  await rig.log.close();
  expect(rig.names('.log').length).toBeGreaterThan(4);
  return rig;
}

function copyOfFixture(partition: string): string {
  const directory = join(temporaryDirectory(), partition);
  cpSync(join(FIXTURE, 'clean/log-dir', partition), directory, { recursive: true });
  return directory;
}

test('a log of several segments has no findings and is counted', async () => {
  const rig = await segments();
  expect(await verify(rig.directory)).toMatchObject({
    findings: [],
    batches: 30,
    records: 90,
    startOffset: 0,
    endOffset: 90,
  });
});

test('a segment that is missing is a gap, and one that is there twice an overlap', async () => {
  const rig = await segments();
  const [, second, third] = rig.names('.log');
  const bytes = readFileSync(rig.path(second));
  for (const suffix of ['.log', '.index', '.timeindex']) rmSync(rig.path(second.replace('.log', suffix)));
  const { findings } = await verify(rig.directory);
  expect(findings).toMatchObject([{ kind: 'gap', path: rig.path(third) }]);
  writeFileSync(rig.path(second), bytes);
  const overlapping = String(Number(third.slice(0, 20)) - 1).padStart(20, '0');
  cpSync(rig.path(third), rig.path(`${overlapping}.log`));
  expect((await verify(rig.directory, { settled: false })).findings.map(({ kind }) => kind)).toContain('order');
});

test('an empty segment that a failed roll left is passed over while nothing is settled', async () => {
  const rig = await segments();
  const last = Number(rig.names('.log').at(-1)!.slice(0, 20));
  writeFileSync(rig.path(`${String(last + 1).padStart(20, '0')}.log`), '');
  expect((await verify(rig.directory, { settled: false })).findings).toEqual([]);
});

test('epochs that are missing, torn, or out of order', async () => {
  const rig = await segments();
  const path = rig.path('leader-epoch-checkpoint');
  for (const [text, kind] of [
    ['0\n2\n0 0\n', 'checkpoint'],
    ['0\n2\n3 0\n2 9\n', 'checkpoint'],
    ['0\n1\nx 0\n', 'checkpoint'],
  ] as const) {
    writeFileSync(path, text);
    expect((await verify(rig.directory)).findings).toMatchObject([{ kind, path }]);
  }
  rmSync(path);
  expect((await verify(rig.directory)).findings).toMatchObject([{ kind: 'missing', path }]);
});

test('snapshots: torn, past the end, and of offsets that are not before them', async () => {
  const directory = copyOfFixture('transactions-0');
  expect((await verify(directory)).findings).toEqual([]);
  const last = join(directory, '00000000000000000076.snapshot');
  const bytes = readFileSync(last);
  const late = join(directory, '00000000000000000077.snapshot');
  writeFileSync(late, bytes);
  const early = join(directory, '00000000000000000050.snapshot');
  writeFileSync(early, bytes);
  writeFileSync(last, bytes.subarray(0, 100));
  const { findings } = await verify(directory);
  expect(findings.map(({ kind, path }) => `${kind} ${path.split('/').at(-1)}`).sort()).toEqual([
    'snapshot 00000000000000000050.snapshot',
    'snapshot 00000000000000000076.snapshot',
    'snapshot 00000000000000000077.snapshot',
  ]);
});

test('a transaction index that lacks an entry, has another, or is torn', async () => {
  const directory = copyOfFixture('transactions-0');
  const path = join(directory, '00000000000000000017.txnindex');
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, 34));
  expect((await verify(directory)).findings).toMatchObject([{ kind: 'index', path, position: 34 }]);
  writeFileSync(path, bytes.subarray(0, 40));
  expect((await verify(directory)).findings).toMatchObject([{ kind: 'index', path, position: 34 }]);
  const changed = Buffer.from(bytes);
  changed[17] ^= 1;
  writeFileSync(path, changed);
  expect((await verify(directory)).findings).toMatchObject([{ kind: 'index', path, position: 0 }]);
});

test('a log whose first segments are gone knows from its snapshot which transactions were open', async () => {
  const directory = copyOfFixture('transactions-0');
  for (const suffix of ['.log', '.index', '.timeindex']) rmSync(join(directory, `00000000000000000000${suffix}`));
  writeFileSync(join(directory, 'leader-epoch-checkpoint'), '0\n2\n0 17\n2 38\n');
  expect((await verify(directory)).findings).toEqual([]);
});

test('a segment that goes while the log is looked at is passed over', async () => {
  const rig = await segments();
  const run = verifyLog(system, {
    directory: rig.directory,
    settled: false,
    settings: null,
    compacted: false,
    startOffset: 0,
  });
  await run.next();
  const [, , third] = rig.names('.log');
  rmSync(rig.path(third));
  let step = await run.next();
  while (step.done !== true) step = await run.next();
  expect(step.value.findings).toEqual([]);
});

test('what a log writes of its producers has no findings: while it is written, after a kill, after a clean stop', async () => {
  const rig = new TempLog({ segmentBytes: 2048 });
  const producers = [1, 2, 3].map((producerId) => new TestProducer(() => rig.log, producerId, producerId > 1));
  const write = (): void => {
    for (let i = 0; i < 30; i++) {
      const producer = producers[i % 3];
      producer.append(3);
      if (producer.isTransactional && i % 2 === 0) producer.end(i % 4 === 0 ? 'abort' : 'commit');
    }
  };
  write();
  await rig.log.checkpoint();
  expect((await verify(rig.directory, { settled: false })).findings).toEqual([]);
  write();
  expect((await verify(rig.directory, { settled: false })).findings).toEqual([]);
  rig.crash(0);
  expect((await verify(rig.directory, { settled: false })).findings).toEqual([]);
  write();
  rig.log.truncateTo(rig.log.endOffset - 20);
  rig.log.deleteRecords(30);
  const { startOffset } = rig.log;
  await rig.log.close();
  expect(rig.names('.txnindex').length).toBeGreaterThan(1);
  expect(rig.names('.snapshot').length).toBeGreaterThan(3);
  expect((await verify(rig.directory, { startOffset })).findings).toEqual([]);
  // And it would see what is wrong.
  const [index] = rig.names('.txnindex');
  rmSync(rig.path(index));
  expect((await verify(rig.directory, { startOffset })).findings).toMatchObject([{ kind: 'index' }]);
});
