import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { numbers, openRig, ORDERS, turn, valuesIn } from './consumer-fixture.ts';

const untilEnd = { untilEnd: true };

describe('each', () => {
  test('hands over each record with its batch, and waits for what the handler returns', async () => {
    const { append, consumer } = await openRig(2);
    append(numbers(0, 5), 0);
    append(['x'], 1);
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign(['orders']);
    const seen: string[] = [];
    let running = 0;
    await reader.each(async ({ offset, value }, { topic, partition }) => {
      expect(++running).toBe(1);
      await turn();
      seen.push(`${topic}-${partition}@${offset} ${String(value)}`);
      running--;
    }, untilEnd);
    expect(seen).toEqual([...numbers(0, 5).map((n) => `orders-0@${n} ${n}`), 'orders-1@0 x']);
  });

  test('the position moves past each record that was handled', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 4));
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    const positions: number[] = [];
    // One that returns a promise, and one that does not.
    await reader.each(({ offset }) => {
      positions.push(reader.position(ORDERS));
      return offset % 2 === 0 ? Promise.resolve() : undefined;
    }, untilEnd);
    expect(positions).toEqual([0, 1, 2, 3]);
    expect(reader.position(ORDERS)).toBe(4);
  });

  test.each([
    ['throws', (): unknown => JSON.parse('{')],
    ['rejects', async (): Promise<unknown> => JSON.parse('{')],
    [
      'throws no error',
      (): never => {
        // oxlint-disable-next-line typescript/only-throw-error -- what a handler throws is not ours to choose
        throw 'no error';
      },
    ],
  ])('a handler that %s ends it, and the position stays at the record', async (_how, fail) => {
    const { append, consumer } = await openRig();
    append(numbers(0, 9));
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    const seen: number[] = [];
    const handling = reader.each(({ offset }) => {
      seen.push(offset);
      return offset === 5 ? fail() : undefined;
    });
    await expect(handling).rejects.toMatchObject({
      code: 'ERR_MILLRACE_HANDLER',
      message: expect.stringMatching(/^the handler failed at offset 5 of orders-0: ./),
      cause: expect.anything(),
    });
    expect(reader.position(ORDERS)).toBe(5);
    // It can be tried again, or passed over.
    reader.seek(ORDERS, reader.position(ORDERS) + 1);
    await reader.each(({ offset }) => seen.push(offset), untilEnd);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('a seek or a pause by the handler holds from the next record on', async () => {
    const { append, consumer } = await openRig(2);
    append(numbers(0, 6), 0);
    append(['x'], 1);
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign(['orders']);
    const seen: string[] = [];
    await reader.each(async ({ value }, batch) => {
      seen.push(String(value));
      if (String(value) === '1' && seen.length === 2) reader.seek(batch, 4);
      if (String(value) !== '4') return;
      reader.pause([batch]);
      setImmediate(() => {
        seen.push('resumed');
        reader.resume([batch]);
      });
    }, untilEnd);
    expect(seen).toEqual(['0', '1', 'x', '4', 'resumed', '5']);
  });

  test('a partition that is taken away by the handler is left at once', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 3));
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    let count = 0;
    await reader.each(() => {
      count++;
      reader.unassign();
    }, untilEnd);
    expect(count).toBe(1);
  });

  test('close lets it settle after the record that is being handled', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 3));
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    let handled = 0;
    await reader.each(async () => {
      await reader.close();
      await turn();
      handled++;
    });
    expect(handled).toBe(1);
    expect(reader.position(ORDERS)).toBe(1);
  });

  test('a handler that fails after a close is not forgotten', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 3));
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    const handling = reader.each(async () => {
      await reader.close();
      throw new Error('broken');
    });
    await expect(handling).rejects.toMatchObject({ code: 'ERR_MILLRACE_HANDLER', cause: { message: 'broken' } });
    expect(reader.position(ORDERS)).toBe(0);
  });

  test('a signal ends it with an error after the record that is being handled', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 3));
    for (const own of [true, false]) {
      const control = new AbortController();
      const reader = consumer({ autoOffsetReset: 'earliest', signal: own ? control.signal : undefined });
      reader.assign([ORDERS]);
      let handled = 0;
      const handling = reader.each(
        async ({ offset }) => {
          if (offset === 1) control.abort(new Error('enough'));
          await turn();
          handled++;
        },
        { signal: own ? undefined : control.signal },
      );
      await expect(handling).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED', cause: { message: 'enough' } });
      expect(handled).toBe(2);
      expect(reader.position(ORDERS)).toBe(2);
      expect(getEventListeners(control.signal, 'abort')).toEqual([]);
      // The consumer's own signal is final, that of one use is not.
      const again = reader.each(() => undefined, untilEnd);
      if (own) await expect(again).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });
      else expect(await again).toBeUndefined();
    }
  });

  test('a handler without promises leaves timers their turn', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 2_000));
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    let timerAt = -1;
    setTimeout(() => (timerAt = reader.position(ORDERS)), 1);
    await reader.each(() => {
      // 20 us each: 40 ms in all.
      for (const until = performance.now() + 0.02; performance.now() < until;);
    }, untilEnd);
    expect(timerAt).toBeGreaterThan(0);
    expect(timerAt).toBeLessThan(2_000);
  });
});

describe('concurrency', () => {
  test('partitions side by side, each in its order', async () => {
    const { append, consumer } = await openRig(5);
    for (let partition = 0; partition < 5; partition++) append(numbers(0, 6), partition);
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign(['orders']);
    const next = [0, 0, 0, 0, 0];
    let running = 0;
    let most = 0;
    await reader.each(
      async ({ offset }, { partition }) => {
        most = Math.max(most, ++running);
        await turn();
        expect(offset).toBe(next[partition]++);
        running--;
      },
      { concurrency: 3, untilEnd: true },
    );
    expect(most).toBe(3);
    expect(next).toEqual([6, 6, 6, 6, 6]);
  });

  test('one that fails ends the others after the record that they handle, and it settles after them', async () => {
    const { append, consumer } = await openRig(3);
    for (let partition = 0; partition < 3; partition++) append(numbers(0, 6), partition);
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign(['orders']);
    let running = 0;
    const handling = reader.each(
      async ({ offset }, { partition }) => {
        running++;
        await sleep(partition);
        running--;
        if (partition === 0 && offset === 1) throw new Error('broken');
      },
      { concurrency: 3 },
    );
    await expect(handling).rejects.toMatchObject({ code: 'ERR_MILLRACE_HANDLER', cause: { message: 'broken' } });
    expect(running).toBe(0);
    expect(reader.position(ORDERS)).toBe(1);
    expect(reader.position({ topic: 'orders', partition: 2 })).toBeLessThan(6);
  });
});

describe('eachBatch', () => {
  test('hands over batches, and the position moves past each', async () => {
    const { append, consumer } = await openRig();
    append(['a', 'b']);
    append(['c']);
    const reader = consumer({ autoOffsetReset: 'earliest', maxBytes: 1 });
    reader.assign([ORDERS]);
    const seen: [number, string[]][] = [];
    await reader.eachBatch(async (batch) => {
      seen.push([reader.position(ORDERS), valuesIn(batch)]);
      await turn();
    }, untilEnd);
    expect(seen).toEqual([
      [0, ['a', 'b']],
      [2, ['c']],
    ]);
    expect(reader.position(ORDERS)).toBe(3);
  });

  test('one that fails stays in front, unless the handler has moved the position', async () => {
    const { append, consumer } = await openRig();
    append(['a', 'b']);
    const reader = consumer({ autoOffsetReset: 'earliest' });
    reader.assign([ORDERS]);
    const broken = expect.objectContaining({ code: 'ERR_MILLRACE_HANDLER', cause: new Error('broken') });
    const fail = (): never => {
      throw new Error('broken');
    };
    await expect(reader.eachBatch(fail)).rejects.toEqual(broken);
    expect(reader.position(ORDERS)).toBe(0);
    const moving = reader.eachBatch((batch) => {
      reader.seek(batch, 1);
      return fail();
    });
    await expect(moving).rejects.toEqual(broken);
    expect(reader.position(ORDERS)).toBe(1);
  });
});

test('what reading meets is no fault of the handler', async () => {
  const { store, append, consumer } = await openRig();
  append(['a']);
  const reader = consumer({ autoOffsetReset: 'earliest' });
  reader.assign([ORDERS]);
  const handling = reader.each(async () => store.deleteTopic('orders'));
  await expect(handling).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' });
  expect(() => reader.each(null as never)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
});
