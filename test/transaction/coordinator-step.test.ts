import { expect, test } from 'vitest';
import { answerWith, DONE, refusal, refuse } from '#millrace/transaction/coordinator-step.js';
import { newMetadata } from '#millrace/transaction/transaction-metadata.js';

test('an answer has an error, or what the producer has from now on', () => {
  expect(DONE).toEqual({ error: null, producerId: -1, producerEpoch: -1 });
  expect(refusal('PRODUCER_FENCED')).toEqual({ error: 'PRODUCER_FENCED', producerId: -1, producerEpoch: -1 });
  expect(refuse('PRODUCER_FENCED')).toEqual({ do: 'answer', answer: refusal('PRODUCER_FENCED') });
  expect(answerWith({ ...newMetadata(7, 1, 1), producerEpoch: 3 })).toEqual({
    error: null,
    producerId: 7,
    producerEpoch: 3,
  });
});
