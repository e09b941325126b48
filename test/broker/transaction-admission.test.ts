import { expect, test } from 'vitest';
import type { BrokerContext } from '#millrace/broker/broker-context.js';
import { admit, type TransactionSupport } from '#millrace/broker/transaction-admission.js';
import { MillraceError } from '#millrace/errors.js';
import type { Answer } from '#millrace/transaction/coordinator-step.js';

const writer = { transactionalId: 'a', producerId: 7, producerEpoch: 1 };
const [zero, one] = [0, 1].map((partition) => ({ topic: 't', partition }));
const answer = (error: Answer['error']): Answer => ({ error, producerId: -1, producerEpoch: -1 });

interface Scene {
  /** Partition 0 of the log has a transaction open, of this epoch. */
  readonly openEpoch?: number;
  readonly loaded?: object | null;
  readonly isMade?: boolean;
  readonly load?: () => Promise<object>;
}

function refusals(support: TransactionSupport, { openEpoch, loaded = null, isMade = true, load }: Scene) {
  const known = { producerEpoch: openEpoch, isInTransaction: true };
  const openPartition = (_topic: string, partition: number) =>
    partition === 0 && openEpoch !== undefined ? { knownProducer: () => known } : null;
  const store = { openPartition, transactionCoordinator: { loaded, isMade, load } };
  return admit({ store, logger: {} } as unknown as BrokerContext, writer, [zero, one], support);
}

async function errors(support: TransactionSupport, scene: Scene) {
  const refused = await refusals(support, scene);
  return [refused(zero), refused(one)];
}

test('what the log has open is not asked for', async () => {
  const asked: unknown[] = [];
  const verifyPartitions = (request: { partitions: unknown }) => {
    asked.push(request.partitions);
    return { answer: null, missing: [one] };
  };
  const loaded = { verifyPartitions };
  expect(await errors('verify', { openEpoch: 1, loaded })).toEqual([null, 'INVALID_TXN_STATE']);
  expect(await errors('verify-abortable', { openEpoch: 1, loaded })).toEqual([null, 'TRANSACTION_ABORTABLE']);
  // Of another epoch it is another transaction.
  await errors('verify', { openEpoch: 0, loaded });
  expect(asked).toEqual([[one], [one], [zero, one]]);
  expect(refusals('verify', { openEpoch: 1, loaded })).not.toBeInstanceOf(Promise);
});

test('what the coordinator answers to all', async () => {
  const loaded = (error: Answer['error']) => ({ verifyPartitions: () => ({ answer: answer(error), missing: null }) });
  const told = 'INVALID_PRODUCER_EPOCH';
  expect(await errors('verify', { loaded: loaded('PRODUCER_FENCED') })).toEqual([told, told]);
  const concurrent = 'CONCURRENT_TRANSACTIONS';
  expect(await errors('verify', { loaded: loaded(concurrent) })).toEqual([concurrent, concurrent]);
});

test('a coordinator that is not there yet, and one that never was', async () => {
  const loading = 'COORDINATOR_LOAD_IN_PROGRESS';
  expect(await errors('verify', {})).toEqual([loading, loading]);
  const unknown = 'INVALID_PRODUCER_ID_MAPPING';
  expect(await errors('verify', { isMade: false })).toEqual([unknown, unknown]);
});

test('a coordinator that could not read what it has of the id', async () => {
  const unread = (thrown: Error) => ({
    verifyPartitions: () => {
      throw thrown;
    },
  });
  const unavailable = 'COORDINATOR_NOT_AVAILABLE';
  const damaged = new MillraceError('ERR_MILLRACE_CORRUPT', 'x');
  expect(await errors('verify', { loaded: unread(damaged) })).toEqual([unavailable, unavailable]);
  expect(await errors('verify', { openEpoch: 1, loaded: unread(damaged) })).toEqual([null, unavailable]);
});

test('adding', async () => {
  const adding = (error: Answer['error']) => ({ load: async () => ({ addPartitions: async () => answer(error) }) });
  expect(await errors('add', adding(null))).toEqual([null, null]);
  expect(await errors('add', { openEpoch: 1, ...adding('PRODUCER_FENCED') })).toEqual([null, 'INVALID_PRODUCER_EPOCH']);
  const failing = (thrown: Error) => ({
    load: async () => {
      throw thrown;
    },
  });
  const unavailable = 'COORDINATOR_NOT_AVAILABLE';
  expect(await errors('add', failing(new MillraceError('ERR_MILLRACE_IO', 'x')))).toEqual([unavailable, unavailable]);
  expect(await errors('add', failing(new TypeError('x')))).toEqual(['UNKNOWN_SERVER_ERROR', 'UNKNOWN_SERVER_ERROR']);
});
