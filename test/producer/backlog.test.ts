import { expect, test } from 'vitest';
import { Backlog } from '#millrace/producer/backlog.js';
import { Delivery } from '#millrace/producer/delivery.js';

const ENDURANCE = {
  now: 1000,
  round: 3,
  retries: 10,
  deliveryTimeoutMs: 500,
  cause: new Error('full'),
  topic: 't',
  partition: 0,
};

function filled(sentAt: readonly number[]) {
  const backlog = new Backlog();
  const deliveries = sentAt.map((at, index) => {
    const delivery = new Delivery({ open: 1 }, null, 1);
    backlog.push({ record: { value: `${index}` }, delivery, index, size: 1, sentAt: at, since: 0 });
    return delivery;
  });
  const drained = (write: (index: number) => boolean): number[] => {
    const seen: number[] = [];
    backlog.drain(({ index }) => {
      const goesOn = write(index);
      seen.push(index);
      return goesOn;
    });
    return seen;
  };
  return { backlog, deliveries, drained };
}

test('drains in its order, until it is told to stop', () => {
  const { drained } = filled([1, 1, 1, 1]);
  expect(drained((index) => index < 1)).toEqual([0, 1]);
  expect(drained(() => true)).toEqual([2, 3]);
  expect(drained(() => true)).toEqual([]);
});

test('one that cannot be written stays', () => {
  const { drained } = filled([1, 1]);
  const fails = (): boolean => {
    throw new Error('full');
  };
  expect(() => drained(fails)).toThrow('full');
  expect(drained(() => true)).toEqual([0, 1]);
});

test('those that were taken back are neither written nor refused', async () => {
  const { backlog, deliveries, drained } = filled([1, 900, 900]);
  for (const delivery of [deliveries[0], deliveries[1]]) {
    delivery.cancel(new Error('taken back'));
    await expect(delivery.promise).rejects.toThrow('taken back');
  }
  const refused: number[] = [];
  expect(backlog.giveUp(ENDURANCE, ({ index }) => refused.push(index))).toBe(900);
  expect(refused).toEqual([]);
  expect(drained(() => true)).toEqual([2]);
});

test('gives up those whose time is over, and says when the oldest of the rest was sent', () => {
  const { backlog, drained } = filled([400, 500, 501, 600]);
  const refused: [number, unknown][] = [];
  const refuse = ({ index }: { index: number }, reason: unknown): void => void refused.push([index, reason]);
  expect(backlog.giveUp(ENDURANCE, refuse)).toBe(501);
  expect(refused).toMatchObject([
    [0, { code: 'ERR_MILLRACE_TIMED_OUT', cause: ENDURANCE.cause }],
    [1, { code: 'ERR_MILLRACE_TIMED_OUT' }],
  ]);
  expect(drained(() => true)).toEqual([2, 3]);
  expect(backlog.giveUp(ENDURANCE, refuse)).toBeNull();
});
