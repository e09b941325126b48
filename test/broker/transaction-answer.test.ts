import { expect, test, vi } from 'vitest';
import type { BrokerContext } from '#millrace/broker/broker-context.js';
import { askCoordinator, coordinatorFailure, failedAnswer } from '#millrace/broker/transaction-answer.js';
import { MillraceError } from '#millrace/errors.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';

function brokerWith(load: () => Promise<object>) {
  const logger = { warn: vi.fn(), error: vi.fn() };
  return { logger, broker: { logger, store: { transactionCoordinator: { load } } } as unknown as BrokerContext };
}

const nothing = { producerId: -1, producerEpoch: -1 };

test('tells the answer by its code', async () => {
  const { broker } = brokerWith(async () => ({}));
  const ask = (error: 'PRODUCER_FENCED' | 'CONCURRENT_TRANSACTIONS' | null, knowsFenced: boolean) =>
    askCoordinator(broker, knowsFenced, async () => ({ error, producerId: 4, producerEpoch: 2 }));
  expect(await ask(null, true)).toEqual({ errorCode: 0, producerId: 4, producerEpoch: 2 });
  expect((await ask('CONCURRENT_TRANSACTIONS', true)).errorCode).toBe(kafkaErrorCodes.CONCURRENT_TRANSACTIONS);
  expect((await ask('PRODUCER_FENCED', true)).errorCode).toBe(kafkaErrorCodes.PRODUCER_FENCED);
  expect((await ask('PRODUCER_FENCED', false)).errorCode).toBe(kafkaErrorCodes.INVALID_PRODUCER_EPOCH);
});

test('a log that cannot be loaded or written is a coordinator that is not available', async () => {
  const full = new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
  const { broker, logger } = brokerWith(() => Promise.reject(full));
  const answer = await askCoordinator(broker, true, () => Promise.reject(new Error('never')));
  expect(answer).toEqual(failedAnswer(kafkaErrorCodes.COORDINATOR_NOT_AVAILABLE));
  expect(answer).toMatchObject(nothing);
  expect(logger.warn).toHaveBeenCalledWith({ err: full }, expect.any(String));
});

test('a fault of our own is logged as one', () => {
  const { broker, logger } = brokerWith(async () => ({}));
  const fault = new TypeError('x');
  expect(coordinatorFailure(broker, fault)).toBe(kafkaErrorCodes.UNKNOWN_SERVER_ERROR);
  expect(logger.error).toHaveBeenCalledWith({ err: fault }, expect.any(String));
});
