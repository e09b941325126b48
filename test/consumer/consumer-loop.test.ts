/** The consumer's loop, `for await`: what it hands out, what ends it, and what changes while it waits. */
import { expect, test } from 'vitest';
import { openRig, ORDERS, take, turn, valuesIn } from './consumer-fixture.ts';

test('a break or an error hands the batch out again, asking for the next one moves past it', async () => {
  const { append, consumer } = await openRig();
  append(['a', 'b']);
  const reader = consumer({ autoOffsetReset: 'earliest', maxBytes: 1 });
  reader.assign([ORDERS]);
  const first = async (): Promise<string[]> => {
    for await (const batch of reader) return valuesIn(batch);
    return [];
  };
  expect(await first()).toEqual(['a', 'b']);
  expect(await first()).toEqual(['a', 'b']);
  const failing = async (): Promise<void> => {
    for await (const batch of reader) throw new Error(`at ${batch.baseOffset}`);
  };
  await expect(failing()).rejects.toThrow('at 0');
  append(['c']);
  let seen = 0;
  for await (const batch of reader) {
    if (seen++ === 0) continue;
    expect(valuesIn(batch)).toEqual(['c']);
    break;
  }
  expect(reader.position(ORDERS)).toBe(2);
});

test('one at a time', async () => {
  const { append, consumer } = await openRig();
  append(['a']);
  const reader = consumer({ autoOffsetReset: 'earliest' });
  await expect(take(reader, 1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
  reader.assign([ORDERS]);
  for await (const _ of reader) {
    await expect(take(reader, 1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
    await expect(reader.each(() => undefined)).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
    break;
  }
  expect(await take(reader, 1)).toEqual(['a']);
});

test('close ends a wait, and then nothing more can be asked for', async () => {
  const { consumer } = await openRig();
  const reader = consumer();
  reader.assign([ORDERS]);
  const waiting = take(reader, 1);
  await turn();
  await reader.close();
  expect(await waiting).toEqual([]);
  expect(reader.isClosed).toBe(true);
  for (const call of [
    () => reader.assign([ORDERS]),
    () => reader.seek(ORDERS, 0),
    () => reader.pause(),
    () => reader.endOffsets([ORDERS]),
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CLOSED' }));
  }
  await expect(take(reader, 1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  // What it knows itself it still tells.
  expect(reader.position(ORDERS)).toBe(0);
  await reader.close();
});

test('a paused partition keeps what it has until it is resumed', async () => {
  const { append, consumer } = await openRig(2);
  append(['a'], 0);
  append(['b'], 1);
  const reader = consumer({ autoOffsetReset: 'earliest' });
  reader.assign(['orders']);
  reader.pause([ORDERS]);
  expect(await take(reader, 1)).toEqual(['b']);
  const waiting = take(reader, 1);
  append(['c'], 0);
  await turn();
  reader.resume([ORDERS]);
  expect(await waiting).toEqual(['a', 'c']);
  expect(reader.paused()).toEqual([]);
});

test('what is assigned, or taken away, while the loop waits', async () => {
  const { append, consumer } = await openRig(2);
  append(['b'], 1);
  const reader = consumer({ autoOffsetReset: 'earliest' });
  reader.assign([ORDERS]);
  const waiting = take(reader, 1);
  await turn();
  reader.assign(['orders']);
  expect(await waiting).toEqual(['b']);
  const next = take(reader, 1);
  await turn();
  reader.unassign([{ topic: 'orders', partition: 1 }]);
  append(['gone'], 1);
  await turn();
  append(['a'], 0);
  expect(await next).toEqual(['a']);
});
