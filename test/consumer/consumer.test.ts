import { describe, expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbers, openRig, ORDERS, take, turn, valuesIn } from './consumer-fixture.ts';

describe('assign', () => {
  test('a topic stands for all its partitions, and what is assigned anew replaces what was', async () => {
    const { consumer } = await openRig(3);
    const reader = consumer();
    reader.assign(['orders']);
    expect(reader.assignment()).toEqual([0, 1, 2].map((partition) => ({ topic: 'orders', partition })));
    reader.assign([{ topic: 'orders', partition: 2 }, 'orders', { topic: 'orders', partition: 2 }]);
    expect(reader.assignment()).toHaveLength(3);
    reader.assign([ORDERS]);
    expect(reader.assignment()).toEqual([ORDERS]);
    reader.unassign();
    expect(reader.assignment()).toEqual([]);
  });

  test('begins where autoOffsetReset says, or at the offset that came with it', async () => {
    const { append, consumer } = await openRig();
    append(['a', 'b', 'c']);
    const positionOf = (options: object, offset?: any): number => {
      const reader = consumer(options);
      reader.assign([{ ...ORDERS, offset }]);
      return reader.position(ORDERS);
    };
    expect(positionOf({})).toBe(3);
    expect(positionOf({ autoOffsetReset: 'latest' })).toBe(3);
    expect(positionOf({ autoOffsetReset: 'earliest' })).toBe(0);
    expect(positionOf({}, 1)).toBe(1);
    expect(positionOf({}, 'beginning')).toBe(0);
    expect(positionOf({ autoOffsetReset: 'none' }, 'end')).toBe(3);
    const none = consumer({ autoOffsetReset: 'none' });
    none.assign([ORDERS]);
    expect(() => none.position(ORDERS)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' }));
    await expect(take(none, 1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' });
    none.seek(ORDERS, 1);
    expect(await take(none, 2)).toEqual(['b', 'c']);
  });

  test('a partition that stays keeps its position and its pause', async () => {
    const { append, consumer } = await openRig(2);
    append(['a', 'b', 'c']);
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    reader.seek(ORDERS, 2);
    reader.pause();
    reader.assign(['orders']);
    expect(reader.position(ORDERS)).toBe(2);
    expect(reader.paused()).toEqual([ORDERS]);
    reader.assign([{ ...ORDERS, offset: 1 }]);
    expect(reader.position(ORDERS)).toBe(1);
    expect(reader.paused()).toEqual([ORDERS]);
  });

  test('from within the loop: an offset moves what is in hand, which nobody else gets meanwhile', async () => {
    const { append, consumer } = await openRig();
    for (const value of ['a', 'b', 'c']) append([value]);
    const reader = consumer({ autoOffsetReset: 'earliest', maxBytes: 1 });
    reader.assign([ORDERS]);
    const seen: string[] = [];
    let running = 0;
    await reader.each(
      async ({ value }) => {
        expect(++running).toBe(1);
        seen.push(String(value));
        if (seen.length === 1) reader.assign([{ ...ORDERS, offset: 2 }]);
        await turn();
        running--;
      },
      { concurrency: 2, untilEnd: true },
    );
    expect(seen).toEqual(['a', 'c']);
  });

  test('what cannot be assigned is refused, and nothing has changed', async () => {
    const { consumer } = await openRig();
    const reader = consumer();
    reader.assign([ORDERS]);
    for (const [wanted, code] of [
      [['orders', 'payments'], 'ERR_MILLRACE_UNKNOWN_TOPIC'],
      [[{ topic: 'orders', partition: 1 }], 'ERR_MILLRACE_UNKNOWN_TOPIC'],
      [[{ ...ORDERS, offset: 1 }], 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE'],
      [[{ ...ORDERS, offset: 'start' }], 'ERR_MILLRACE_INVALID_ARGUMENT'],
      [[{ topic: 'orders' }], 'ERR_MILLRACE_INVALID_ARGUMENT'],
      ['orders', 'ERR_MILLRACE_INVALID_ARGUMENT'],
      [[7], 'ERR_MILLRACE_INVALID_ARGUMENT'],
    ] as const) {
      expect(() => reader.assign(wanted as any), JSON.stringify(wanted)).toThrow(expect.objectContaining({ code }));
    }
    expect(reader.assignment()).toEqual([ORDERS]);
  });
});

describe('seek and position', () => {
  test('to an offset, an end, a time', async () => {
    const { store, consumer } = await openRig();
    const log = store.partition('orders', 0);
    log.append([10, 20, 30].map((timestamp) => ({ value: String(timestamp), timestamp })));
    const reader = consumer();
    reader.assign([ORDERS]);
    for (const [target, position] of [
      [1, 1],
      [3, 3],
      ['beginning', 0],
      ['end', 3],
      [{ timestamp: 11 }, 1],
      [{ timestamp: 10 }, 0],
      [{ timestamp: 31 }, 3],
    ] as const) {
      reader.seek(ORDERS, target);
      expect(reader.position(ORDERS), JSON.stringify(target)).toBe(position);
      expect(reader.lag(ORDERS)).toBe(3 - position);
    }
  });

  test('outside the log is an error at once, and the position stays', async () => {
    const { append, store, consumer } = await openRig();
    append(numbers(0, 10));
    store.partition('orders', 0).deleteRecords(4);
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    for (const offset of [3, 11]) {
      expect(() => reader.seek(ORDERS, offset)).toThrow(
        expect.objectContaining({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' }),
      );
    }
    for (const wrong of [-1, 1.5, '4', null, {}, { timestamp: 'now' }]) {
      expect(() => reader.seek(ORDERS, wrong as any), JSON.stringify(wrong)).toThrow(
        expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
      );
    }
    expect(() => reader.seek({ topic: 'orders', partition: 1 }, 0)).toThrow(/orders-1/);
    expect(reader.position(ORDERS)).toBe(4);
  });

  test('within the loop: the batch in hand no longer moves the position', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 4));
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    const seen: string[][] = [];
    for await (const batch of reader) {
      seen.push(valuesIn(batch));
      if (seen.length === 1) reader.seek(batch, 2);
      else if (batch.lag === 0) await reader.close();
    }
    expect(seen).toEqual([
      ['0', '1', '2', '3'],
      ['2', '3'],
    ]);
  });
});

test('offsets of partitions that need not be assigned', async () => {
  const { store, append, consumer } = await openRig(2);
  store.partition('orders', 1).append([{ value: 'x', timestamp: 100 }]);
  append(numbers(0, 5));
  store.partition('orders', 0).deleteRecords(2);
  const reader = consumer();
  const both = [ORDERS, { topic: 'orders', partition: 1 }];
  expect(reader.beginningOffsets()).toEqual([]);
  expect(reader.beginningOffsets(both).map(({ offset }) => offset)).toEqual([2, 0]);
  expect(reader.endOffsets(both).map(({ offset }) => offset)).toEqual([5, 1]);
  expect(reader.offsetsForTimes([{ ...both[1], timestamp: 99 }])).toEqual([{ ...both[1], offset: 0, timestamp: 100 }]);
  expect(reader.offsetsForTimes([{ ...both[1], timestamp: 101 }])).toEqual([
    { ...both[1], offset: null, timestamp: null },
  ]);
  reader.assign([ORDERS]);
  expect(reader.endOffsets()).toEqual([{ ...ORDERS, offset: 5 }]);
  expect(() => reader.endOffsets([{ topic: 'payments', partition: 0 }])).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' }),
  );
});

test('a store opened for reading has consumers too', async () => {
  const directory = temporaryDirectory();
  const store = await openStore(directory);
  await store.createTopic('orders');
  const log = store.partition('orders', 0);
  log.append([{ value: 'a' }]);
  const readOnly = await openStore(directory, { readOnly: true });
  const reader = readOnly.consumer({ autoOffsetReset: 'earliest' });
  reader.assign(['orders']);
  expect(await take(reader, 1)).toEqual(['a']);
  log.append([{ value: 'b' }]);
  // Seeks and ends look for what the writer has added.
  expect(reader.endOffsets()).toEqual([{ ...ORDERS, offset: 2 }]);
  reader.seek(ORDERS, 1);
  expect(await take(reader, 1)).toEqual(['b']);
  await reader.close();
  await readOnly.close();
  await store.close();
});

test('a store that is closed, a topic that is deleted', async () => {
  const { store, append, consumer } = await openRig();
  append(['a']);
  await store.createTopic('others');
  const reader = consumer({ autoOffsetReset: 'earliest' });
  const other = consumer();
  reader.assign([ORDERS]);
  expect(await take(reader, 1)).toEqual(['a']);
  const deleted = expect(take(reader, 1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' });
  await turn();
  await store.deleteTopic('orders');
  await deleted;
  await store.createTopic('orders');
  const gone = { code: 'ERR_MILLRACE_UNKNOWN_TOPIC', message: expect.stringContaining('deleted while') };
  await expect(take(reader, 1)).rejects.toMatchObject(gone);
  await expect(reader.each(() => undefined, { untilEnd: true })).rejects.toMatchObject(gone);
  expect(() => reader.lag(ORDERS)).toThrow(expect.objectContaining(gone));
  // Assigned anew it is another one.
  append(['b']);
  reader.assign([ORDERS]);
  expect(await take(reader, 1)).toEqual(['b']);

  other.assign(['others']);
  const ended = expect(take(other, 1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  await turn();
  await store.close();
  await ended;
  expect(() => store.consumer()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CLOSED' }));
});
