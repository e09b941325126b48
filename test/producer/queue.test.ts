import { expect, test } from 'vitest';
import { Queue } from '#millrace/producer/queue.js';
import { Random, seedsOf } from '../support/random.ts';

test('first in, first out', () => {
  for (const seed of seedsOf(5)) {
    const random = new Random(seed);
    const queue = new Queue<number>();
    const model: number[] = [];
    let filling = true;
    const differences: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      if (i % 4000 === 0) filling = !filling;
      if (random.chance(filling ? 0.8 : 0.3)) {
        queue.push(i);
        model.push(i);
      } else if (queue.peek() !== model[0] || queue.shift() !== model.shift()) differences.push(i);
      if (queue.length !== model.length) differences.push(i);
    }
    expect(differences, `MILLRACE_SEED=${seed}`).toEqual([]);
    const rest = Array.from({ length: queue.length }, () => queue.shift());
    expect(rest).toEqual(model);
    expect([queue.length, queue.peek(), queue.shift()]).toEqual([0, undefined, undefined]);
  }
});

test('lets go of what was taken out', async () => {
  const queue = new Queue<object>();
  const references = Array.from({ length: 10 }, () => {
    const item = {};
    queue.push(item);
    return new WeakRef(item);
  });
  for (let i = 0; i < 9; i++) queue.shift();
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc!();
  expect(references.filter((reference) => reference.deref() !== undefined)).toHaveLength(1);
  expect(queue.length).toBe(1);
});
