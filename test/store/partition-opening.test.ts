import { expect, test } from 'vitest';
import type { Store } from '#millrace/main.js';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, Messages, namesIn, openInMemory, read, valuesOf, write } from './store-fixture.ts';

const LOG = `${DATA}/orders-0`;
const VALUES = Array.from({ length: 60 }, (_, i) => `v${i}`);

/** A store with several small segments in `orders-0`, stopped cleanly. */
async function stopped(): Promise<MemoryFileSystem> {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { config: { 'segment.bytes': 1024, 'index.interval.bytes': 200 } });
  for (const value of VALUES) store.partition('orders', 0).append([{ value }]);
  await store.close();
  return system;
}

async function reopened(system: MemoryFileSystem): Promise<{ store: Store; messages: Messages }> {
  const messages = new Messages();
  return { store: (await openInMemory(system, { logger: messages.logger })).store, messages };
}

test('a cleanly stopped log is opened without a word', async () => {
  const { store, messages } = await reopened(await stopped());
  expect(valuesOf(store.partition('orders', 0))).toEqual(VALUES);
  expect(messages.warnings()).toEqual([]);
  await store.close();
});

test.each(['.index', '.timeindex'])(
  'the last %s is missing although the stop was clean: it is made again, and told of',
  async (suffix) => {
    const system = await stopped();
    const last = namesIn(system, LOG)
      .filter((name) => name.endsWith(suffix))
      .at(-1)!;
    const before = read(system, `${LOG}/${last}`);
    system.remove(`${LOG}/${last}`);
    const { store, messages } = await reopened(system);
    expect(valuesOf(store.partition('orders', 0))).toEqual(VALUES);
    expect(messages.warnings()).toEqual(['a partition was not as a clean stop leaves it and is recovered']);
    await store.close();
    expect(read(system, `${LOG}/${last}`)).toBe(before);
  },
);

test('the last batch is cut although the stop was clean: it is cut off, and both are told', async () => {
  const system = await stopped();
  const last = namesIn(system, LOG)
    .filter((name) => name.endsWith('.log'))
    .at(-1)!;
  const file = system.open(`${LOG}/${last}`, 'r+');
  const size = file.size();
  file.truncate(size - 3);
  file.close();
  const { store, messages } = await reopened(system);
  expect(valuesOf(store.partition('orders', 0))).toEqual(VALUES.slice(0, -1));
  expect(messages.warnings()).toEqual([
    'a partition was not as a clean stop leaves it and is recovered',
    'a log was damaged and was cut there',
  ]);
  expect(store.partition('orders', 0).append([{ value: 'again' }]).baseOffset).toBe(59);
  expect(store.recovery).toMatchObject({ clean: true, damage: [{ path: `${LOG}/${last}`, reason: 'short' }] });
  await store.close();
});

function flip(system: MemoryFileSystem, name: string, position: number): void {
  const file = system.open(`${LOG}/${name}`, 'r+');
  const byte = Buffer.alloc(1);
  file.read(byte, 0, 1, position);
  byte[0] ^= 0x80;
  file.write(byte, 0, 1, position);
  file.close();
}

test.each(['.index', 'leader-epoch-checkpoint'])(
  'damage in the first segment takes no record behind it along, whatever else is to be mended: %s',
  async (suffix) => {
    const system = await stopped();
    const names = namesIn(system, LOG);
    const logs = names.filter((name) => name.endsWith('.log'));
    flip(system, logs[0], 300);
    const last = names.filter((name) => name.endsWith(suffix)).at(-1)!;
    write(system, `${LOG}/${last}`, 'torn');
    const { store } = await reopened(system);
    const log = store.partition('orders', 0);
    expect([log.startOffset, log.endOffset, log.segmentCount]).toEqual([0, 60, logs.length]);
    expect(store.recovery.damage).toEqual([]);
    await store.close();
  },
);

test('where no recovery point is known, a clean stop says that all segments but the last are whole', async () => {
  const system = await stopped();
  const names = namesIn(system, LOG);
  flip(
    system,
    names.find((name) => name.endsWith('.log'))!,
    300,
  );
  system.remove(`${LOG}/${names.filter((name) => name.endsWith('.index')).at(-1)}`);
  system.remove(`${DATA}/recovery-point-offset-checkpoint`);
  const { store } = await reopened(system);
  expect([store.partition('orders', 0).endOffset, store.recovery.damage]).toEqual([60, []]);
  await store.close();
});

test.each([
  ['magic', 16],
  ['last offset', 23],
  ['base offset', 0],
])('a bit of the %s in the last batch costs that batch, is told, and no more', async (_field, at) => {
  const system = await stopped();
  const last = namesIn(system, LOG)
    .filter((name) => name.endsWith('.log'))
    .at(-1)!;
  const file = system.open(`${LOG}/${last}`, 'r');
  const size = file.size();
  const bytes = Buffer.alloc(size);
  file.read(bytes, 0, size, 0);
  file.close();
  let position = 0;
  for (let next = 0; next < size; next += 12 + bytes.readInt32BE(next + 8)) position = next;
  flip(system, last, position + at);
  const { store } = await reopened(system);
  expect(valuesOf(store.partition('orders', 0))).toEqual(VALUES.slice(0, -1));
  expect(store.recovery.damage).toMatchObject([{ path: `${LOG}/${last}`, position, segmentsRemoved: [] }]);
  await store.close();
});

test('a log start past the end: the log goes on there, and no offset is given twice', async () => {
  const system = await stopped();
  write(system, `${DATA}/log-start-offset-checkpoint`, '0\n1\norders 0 100\n');
  const { store, messages } = await reopened(system);
  const log = store.partition('orders', 0);
  expect([log.startOffset, log.endOffset]).toEqual([100, 100]);
  expect(log.append([{ value: 'next' }]).baseOffset).toBe(100);
  expect(messages.warnings()).toEqual(['the log ends before its start offset and goes on there']);
  await store.close();
  const again = await reopened(system);
  expect(valuesOf(again.store.partition('orders', 0))).toEqual(['next']);
  await again.store.close();
});

test('a directory of another topic of that name is not read as this one', async () => {
  const system = await stopped();
  write(system, `${LOG}/partition.metadata`, 'version: 0\ntopic_id: 4j5tDeMVoaUHx0HaYpYUQA');
  const { store } = await reopened(system);
  expect(() => store.partition('orders', 0)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_CORRUPT',
      path: LOG,
      message: expect.stringContaining('4j5tDeMVoaUHx0HaYpYUQA'),
    }),
  );
  await store.close();
});

test.each(['', 'garbage', null])('partition.metadata with %j is written again', async (text) => {
  const system = await stopped();
  const good = read(system, `${LOG}/partition.metadata`);
  if (text === null) system.remove(`${LOG}/partition.metadata`);
  else write(system, `${LOG}/partition.metadata`, text);
  const { store, messages } = await reopened(system);
  expect(valuesOf(store.partition('orders', 0))).toEqual(VALUES);
  expect(messages.warnings()).toEqual(text === null ? [] : ['partition.metadata is not readable and is written again']);
  expect(read(system, `${LOG}/partition.metadata`)).toBe(good);
  await store.close();
});

test('a directory that is missing is named; the other partitions work', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { partitions: 2 });
  await store.close();
  system.removeDirectory(LOG);
  const again = await reopened(system);
  expect(() => again.store.partition('orders', 0)).toThrow(`topic "orders" has no partition 0: ${LOG} is missing`);
  expect(again.store.partition('orders', 1).endOffset).toBe(0);
  expect(again.messages.warnings()).toEqual(['the directory of a partition is missing']);
  await again.store.close();
});
