import { expect, test } from 'vitest';
import { checkProducerOptions, type ProducerOptions } from '#millrace/producer/producer-options.js';

const logger = {};

test("the defaults are those of Kafka's Java client, where it has the option", () => {
  expect(checkProducerOptions({}, logger)).toEqual({
    clientId: 'producer',
    acks: 'all',
    idempotent: false,
    durability: 'visible',
    lingerMs: 5,
    batchSize: 16_384,
    compression: undefined,
    partitioner: 'default',
    retries: 2_147_483_647,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    deliveryTimeoutMs: 120_000,
    maxUnacknowledgedBytes: 33_554_432,
    logger,
    random: Math.random,
  });
  expect(checkProducerOptions({}, logger).logger).toBe(logger);
  expect(checkProducerOptions({}, logger, 'producer-7').clientId).toBe('producer-7');
});

test('what is given is taken', () => {
  const given: ProducerOptions = {
    clientId: 'billing',
    acks: 0,
    idempotent: false,
    durability: 'flushed',
    lingerMs: 0,
    batchSize: 0,
    compression: 'none',
    partitioner: () => 0,
    retries: 0,
    retryBackoffMs: 0,
    retryBackoffMaxMs: 0,
    deliveryTimeoutMs: 0,
    maxUnacknowledgedBytes: 1,
    logger: { info: () => undefined },
    random: () => 0,
  };
  expect(checkProducerOptions(given, logger)).toEqual(given);
});

test.each<[unknown, string]>([
  [null, 'options must be an object, got null'],
  [{ linger: 5 }, '"linger" is no option of a producer; there are acks, durability, '],
  [{ clientId: '' }, 'clientId must be a name, got ""'],
  [{ clientId: 7 }, 'clientId must be a name, got 7'],
  [{ acks: 2 }, 'acks must be one of "all", 1, 0, got 2'],
  [{ idempotent: 1 }, 'idempotent must be true or false, got 1'],
  [{ idempotent: true, acks: 1 }, "acks must be 'all' for an idempotent producer, got 1"],
  [{ idempotent: true, retries: 0 }, 'retries must be 1 or more for an idempotent producer, got 0'],
  [{ acks: '1' }, 'acks must be one of "all", 1, 0, got "1"'],
  [{ durability: 'durable' }, 'durability must be one of "visible", "flushed", got "durable"'],
  [{ compression: 'brotli' }, 'compression must be one of "none", '],
  [{ partitioner: 'sticky' }, 'partitioner must be \'default\' or a function, got "sticky"'],
  [{ lingerMs: -1 }, 'lingerMs must be a whole number from 0 to 2147483647, got -1'],
  [{ lingerMs: 2 ** 31 }, 'lingerMs must be'],
  [{ batchSize: 1.5 }, 'batchSize must be'],
  [{ retries: NaN }, 'retries must be'],
  [{ retryBackoffMs: '100' }, 'retryBackoffMs must be'],
  [{ retryBackoffMaxMs: Infinity }, 'retryBackoffMaxMs must be'],
  [{ deliveryTimeoutMs: -5 }, 'deliveryTimeoutMs must be'],
  [{ maxUnacknowledgedBytes: 0 }, 'maxUnacknowledgedBytes must be a whole number from 1 to'],
  [{ logger: null }, 'logger must be'],
  [{ random: 4 }, 'random must be a function, got 4'],
])('%o is refused', (options, message) => {
  expect(() => checkProducerOptions(options, logger)).toThrow(message);
});
