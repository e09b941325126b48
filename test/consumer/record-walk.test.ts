import { describe, expect, test } from 'vitest';
import { surveyRun } from '#millrace/consumer/batch-survey.js';
import { ConsumerBatch } from '#millrace/consumer/consumer-batch.js';
import { EventLoopShare } from '#millrace/consumer/event-loop-share.js';
import { handlerFailed, type RecordHandler, RecordWalk } from '#millrace/consumer/record-walk.js';
import { numbered, TempLog } from '../support/temp-log.ts';

function batchOf(count: number): ConsumerBatch {
  const { log } = new TempLog();
  log.append(numbered(count));
  const run = log.read(0);
  return new ConsumerBatch({ topic: 'orders', partition: 0 }, run, surveyRun(run, count, null), {
    highWatermark: count,
    stable: count,
  });
}

describe('a walk', () => {
  const positions: number[] = [];
  const partition = {
    moveWithin: (_batch: ConsumerBatch, offset: number) => {
      positions.push(offset);
      return offset !== 3;
    },
  };
  const walkOf = (count: number, handler: RecordHandler, isOver = false): RecordWalk => {
    positions.length = 0;
    return new RecordWalk({ share: new EventLoopShare(), isOver }, partition, batchOf(count), handler);
  };

  test('goes on for as long as no promise is returned', () => {
    const noPromise = JSON.parse('{ "then": "no function" }');
    const walk = walkOf(2, () => noPromise);
    expect(walk.go()).toBeNull();
    expect(walk).toMatchObject({ isDone: true, isWanted: true });
    expect(positions).toEqual([1, 2]);
  });

  test('stops at a promise, and goes on after it', () => {
    const promise = Promise.resolve();
    const walk = walkOf(3, ({ offset }) => (offset === 1 ? promise : undefined));
    expect(walk.go()).toBe(promise);
    expect(walk.offset).toBe(1);
    expect(positions).toEqual([1]);
    expect(walk.pass()).toBe(true);
    expect(walk.go()).toBeNull();
    expect(walk.isWanted).toBe(false);
  });

  test('stops where the rest is not wanted', () => {
    const walk = walkOf(9, () => undefined);
    expect(walk.go()).toBeNull();
    expect(walk).toMatchObject({ isDone: false, isWanted: false, offset: 2 });
    const over = walkOf(9, () => undefined, true);
    expect(over.go()).toBeNull();
    expect(over).toMatchObject({ isDone: false, isWanted: false, offset: 0 });
  });
});

test('what a handler has thrown stands in the message, and is the cause', () => {
  const batch = batchOf(1);
  const cause = new TypeError('x is not a function');
  expect(handlerFailed(batch, 7, cause)).toMatchObject({
    code: 'ERR_MILLRACE_HANDLER',
    message: 'the handler failed at offset 7 of orders-0: x is not a function',
    cause,
  });
  expect(handlerFailed(batch, 7, 'a string').message).toMatch(/: a string$/);
});
