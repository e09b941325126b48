import { expect, test } from 'vitest';
import { serverAssignors } from '#millrace/group/consumer/server-assignors.js';

test('uniform first, as Kafka has them', () => {
  expect([...serverAssignors.keys()]).toEqual(['uniform', 'range']);
  for (const [name, assignor] of serverAssignors) expect(assignor.name).toBe(name);
});
