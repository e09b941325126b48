import { expect, test } from 'vitest';
import { checkTransactionalOptions, isTransactional } from '#millrace/producer/transactional-options.js';

const logger = {};
const check = (options: object): ReturnType<typeof checkTransactionalOptions> =>
  checkTransactionalOptions({ transactionalId: 'mover', ...options }, logger);

test('defaults', () => {
  expect(check({})).toEqual({
    transactionalId: 'mover',
    transactionTimeoutMs: 60_000,
    batchSize: 16_384,
    compression: undefined,
    partitioner: 'default',
    random: Math.random,
    retries: 0x7fff_ffff,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    deliveryTimeoutMs: 120_000,
    logger,
  });
  expect(check({ retries: 3, deliveryTimeoutMs: 10 })).toMatchObject({ retries: 3, deliveryTimeoutMs: 10 });
  expect(check({ transactionTimeoutMs: 5, compression: 'lz4', batchSize: 10 })).toMatchObject({
    transactionTimeoutMs: 5,
    compression: 'lz4',
    batchSize: 10,
  });
});

test('a producer is transactional when it has a name', () => {
  expect([isTransactional({}), isTransactional({ transactionalId: undefined })]).toEqual([false, false]);
  expect(isTransactional({ transactionalId: 'a' })).toBe(true);
});

test.each([
  [{ transactionalId: '' }, 'transactionalId must be a string of 1 to 32767 bytes, got ""'],
  [{ transactionalId: 7 }, 'transactionalId must be'],
  [{ transactionalId: 'é'.repeat(20_000) }, 'transactionalId must be'],
  [{ transactionTimeoutMs: 0 }, 'transactionTimeoutMs must be a whole number from 1 to 2147483647, got 0'],
  [{ transactionTimeoutMs: 1.5 }, 'transactionTimeoutMs must be'],
  [{ acks: 0 }, '"acks" is no option of a transactional producer: a transaction is acknowledged as a whole'],
  [{ lingerMs: 5 }, '"lingerMs" is no option of a transactional producer'],
  [{ batchSise: 5 }, '"batchSise" is no option of a producer'],
  [{ compression: 'rar' }, 'compression must be one of'],
])('%j is refused', (options, message) => {
  expect(() => check(options)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
  expect(() => check(options)).toThrow(message);
});
