import { expect, test } from 'vitest';
import { PartitionMovements } from '#millrace/group/assignor/partition-movements.js';

const topic = 0;

test('what came the other way goes home instead', () => {
  const movements = new PartitionMovements(3);
  expect(movements.standIn(1, { topic, from: 0, to: 1 })).toBe(1);
  movements.move(1, { topic, from: 0, to: 1 });
  expect(movements.standIn(2, { topic, from: 1, to: 0 })).toBe(1);
  // Of another topic nothing has come.
  expect(movements.standIn(2, { topic: 1, from: 1, to: 0 })).toBe(2);
  movements.move(1, { topic, from: 1, to: 0 });
  expect(movements.standIn(2, { topic, from: 1, to: 0 })).toBe(2);
});

test('of several moves the beginning and the end count', () => {
  const movements = new PartitionMovements(3);
  movements.move(1, { topic, from: 0, to: 1 });
  movements.move(1, { topic, from: 1, to: 2 });
  expect(movements.standIn(5, { topic, from: 2, to: 0 })).toBe(1);
  expect(movements.standIn(5, { topic, from: 1, to: 0 })).toBe(5);
  // What has itself come from elsewhere is thought to be there yet.
  movements.move(5, { topic, from: 2, to: 1 });
  expect(movements.standIn(5, { topic, from: 1, to: 0 })).toBe(1);
});
