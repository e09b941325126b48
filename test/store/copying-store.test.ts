/** A whole store on copies: its life, its death, and a second process that follows it; and the same files under both ways. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { native } from '#millrace/native.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { open, valuesOf } from './store-fixture.ts';

const COPY = { fileAccess: 'copy' } as const;
const values = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `v${from + i}`);
const records = (from: number, to: number): { value: string; timestamp: number }[] =>
  values(from, to).map((value, i) => ({ value, timestamp: 1000 + from + i }));

test('append, read, roll, cut, look up, close and open again: with nothing mapped, in either way of opening', async () => {
  const directory = join(temporaryDirectory(), 'data');
  // Views that tests before this one have dropped let go of their mappings when they are collected.
  globalThis.gc!();
  await new Promise((resolve) => setImmediate(resolve));
  const mapped = native.counters();
  let store = await open(directory, COPY);
  await store.createTopic('t', { config: { 'segment.bytes': 4096, 'index.interval.bytes': 200 } });
  const log = store.partition('t', 0);
  for (let i = 0; i < 300; i += 3) log.append(records(i, i + 3));
  await log.append(records(300, 310)).durable;
  expect(log.segmentCount).toBeGreaterThan(2);
  log.truncateTo(305);
  log.append(records(log.endOffset, 400));
  log.roll();
  log.append(records(400, 410));
  expect(log.offsetForTimestamp(1123)).toMatchObject({ offset: 123, timestamp: 1123 });
  const run = await log.readAsync(123, { maxBytes: 500 });
  expect([...run].flatMap((batch) => [...batch]).map(({ value }) => String(value))).toContain('v123');
  expect(valuesOf(log)).toEqual(values(0, 410));
  expect(native.counters().mappings).toBeLessThanOrEqual(mapped.mappings);
  await store.close();
  for (const fileAccess of ['map', 'copy'] as const) {
    store = await open(directory, { fileAccess });
    expect(store.recovery.clean).toBe(true);
    expect(valuesOf(store.partition('t', 0))).toEqual(values(0, 410));
    await store.close();
  }
});

const CHILD = `
  const { openStore } = await import('#millrace/main.js');
  const store = await openStore(process.argv[1], { fileAccess: 'copy' });
  await store.createTopic('t', { config: { 'segment.bytes': 65536 } });
  const log = store.partition('t', 0);
  for (let i = 0; ; i += 10) {
    log.append(Array.from({ length: 10 }, (_, j) => ({ value: 'v' + (i + j) })));
    if (i % 1000 !== 0) continue;
    process.stdout.write((i + 10) + '\\n');
    await new Promise((resolve) => setImmediate(resolve));
  }
`;

test('what was appended survives a kill, and is followed until then', { timeout: 60_000 }, async () => {
  const directory = join(temporaryDirectory(), 'data');
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  await once(child.stdout, 'data');
  const follower = await openStore(directory, { readOnly: true, ...COPY });
  onTestFinished(() => follower.close());
  const followed = follower.partition('t', 0);
  let seen = 0;
  for (const deadline = Date.now() + 500; Date.now() < deadline;) {
    // Whole appends only, in their order, and never less than before.
    expect(followed.refresh() % 10).toBe(0);
    for (; seen < followed.endOffset;) {
      for (const batch of followed.read(seen)) {
        for (const record of batch)
          if (String(record.value) !== `v${seen++}`) throw new Error(`wrong at ${record.offset}`);
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(seen).toBeGreaterThan(1000);
  child.kill('SIGKILL');
  await once(child, 'close');
  const acknowledged = Number(said.trimEnd().split('\n').at(-1));
  const store = await open(directory, COPY);
  expect(store.recovery.clean).toBe(false);
  // A kill between the two writes of an append leaves a piece of it, which is cut off; nothing is lost before it.
  for (const { segmentsRemoved } of store.recovery.damage) expect(segmentsRemoved).toEqual([]);
  const log = store.partition('t', 0);
  expect(log.endOffset).toBeGreaterThanOrEqual(Math.max(acknowledged, seen));
  expect(valuesOf(log)).toEqual(values(0, log.endOffset));
});
