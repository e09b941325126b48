import { expect, test } from 'vitest';
import { isInternalTopic } from '#millrace/broker/internal-topics.js';

test('the two topics of the coordinators, and no others', () => {
  expect(['__consumer_offsets', '__transaction_state', '__mine', 'orders'].filter(isInternalTopic)).toEqual([
    '__consumer_offsets',
    '__transaction_state',
  ]);
});
