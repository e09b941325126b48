/**
 * Transactions and committed offsets, judged by Kafka: its decoders read what our coordinator wrote, and ours goes on with what its coordinator and
 * its clients wrote.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeOffsetCommit } from '#millrace/group/offset-commit-format.js';
import { decodeTransaction } from '#millrace/transaction/transaction-log-format.js';
import { transactionStates } from '#millrace/transaction/transaction-state.js';
import { Broker } from './broker.mjs';
import { withStore } from './engine.mjs';
import { holds, same } from './tally.mjs';

const FEW = { transactionStatePartitions: 1, offsetsPartitions: 1 };
const LOG = '00000000000000000000.log';

/** Commits, aborts of each kind, a take-over, several producers, offsets with and without all that they can have. */
async function writeTransactions(directory) {
  await withStore(
    directory,
    async (store) => {
      await store.createTopic('orders', { partitions: 3 });
      const record = (partition) => ({ value: 'x', partition });
      for (const transactionalId of ['mover', 'Zähler', 'mover']) {
        const producer = store.producer({ transactionalId });
        for (let i = 0; i < 3; i++) {
          const work = producer.transaction(async (tx) => {
            await tx.send('orders', [record(0), record(i)]);
            const offset = { topic: 'in', partition: i, offset: 40 + i };
            await tx.sendOffsets('g', [offset, { ...offset, partition: 9, leaderEpoch: 3, metadata: 'Ü' }]);
            if (i === 1) throw new Error('aborted');
          });
          await work.catch((error) => holds(error.message === 'aborted', error));
        }
        await producer.transaction((tx) => tx.send('orders', record(1)));
      }
    },
    FEW,
  );
}

/** What the decoders of DumpLogSegments print of each data record. */
function decoded(output) {
  return [...output.matchAll(/ key: (\{.*?\}) payload: (.*)$/gm)].map(([, key, payload]) => [
    JSON.parse(key).data,
    JSON.parse(payload).data,
  ]);
}

function* recordsOf(log) {
  for (const batch of log.read(0)) if (!batch.isControl) yield* batch;
}

/** A value of ours in the words of Kafka's schema; fields at their defaults it leaves out. */
function asKafka({ metadata }) {
  const { previousProducerId, nextProducerId, clientVersion } = metadata;
  const partitions = metadata.partitions.byTopic();
  return {
    producerId: metadata.producerId,
    ...(previousProducerId === -1 ? {} : { previousProducerId }),
    ...(nextProducerId === -1 ? {} : { nextProducerId }),
    producerEpoch: metadata.producerEpoch,
    transactionTimeoutMs: metadata.timeoutMs,
    transactionStatus: transactionStates.indexOf(metadata.state),
    transactionPartitions:
      metadata.state === 'Empty'
        ? null
        : partitions.map(({ topic, partitions: partitionIds }) => ({ topic, partitionIds })),
    transactionLastUpdateTimestampMs: metadata.updatedAt,
    transactionStartTimestampMs: metadata.startedAt,
    ...(clientVersion === 0 ? {} : { clientTransactionVersion: clientVersion }),
  };
}

async function judgeDecoders(tally, judge, directory) {
  await writeTransactions(directory);
  await tally.check('DumpLogSegments --transaction-log-decoder reads our transaction log', async () => {
    const file = join(directory, '__transaction_state-0', LOG);
    const theirs = decoded(await judge.dump('--transaction-log-decoder', '--print-data-log', '--files', file));
    const ours = await withStore(directory, (store) =>
      Array.from(recordsOf(store.partition('__transaction_state', 0)), ({ key, value }) =>
        decodeTransaction(key, value),
      ),
    );
    holds(ours.length > 20, `${ours.length} records`);
    same(
      'records',
      ours.map((record) => [{ transactionalId: record.transactionalId }, asKafka(record)]),
      theirs,
    );
    same(
      'states',
      [...new Set(theirs.map(([, { transactionStatus }]) => transactionStatus))].sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5],
    );
  });
  await tally.check('DumpLogSegments --offsets-decoder reads our committed offsets', async () => {
    const file = join(directory, '__consumer_offsets-0', LOG);
    const output = await judge.dump('--offsets-decoder', '--print-data-log', '--files', file);
    const ours = await withStore(directory, (store) =>
      Array.from(recordsOf(store.partition('__consumer_offsets', 0)), ({ key, value }) => {
        const commit = decodeOffsetCommit(key, value);
        const { offset, leaderEpoch, metadata, commitTimestamp } = commit.value;
        return [commit.key, { offset, leaderEpoch, metadata, commitTimestamp }];
      }),
    );
    holds(ours.length === 18, `${ours.length} records`);
    same('records', ours, decoded(output));
    holds(output.includes('endTxnMarker: COMMIT') && output.includes('endTxnMarker: ABORT'), 'no markers');
  });
}

/** Ours opens what Kafka's coordinators wrote, and a producer of ours takes the place of Kafka's. */
async function judgeTakeOver(tally, judge, java, directory) {
  const settings = { 'transaction.state.log.num.partitions': 1, 'offsets.topic.num.partitions': 1 };
  const broker = await Broker.format(java, directory, settings);
  const command = { command: 'commitOffsets', group: 'g', topic: 'in', transactionalId: 'mover' };
  let theirs = null;
  await broker.start();
  try {
    await tally.check('Kafka’s client commits offsets in transactions', async () => {
      theirs = await judge.ask({ ...command, server: broker.server });
      same('offsets', theirs.offsets, [
        ['in', 0, 10, 'in a transaction'],
        ['in', 1, 20, 'after'],
        ['in', 2, 11, ''],
      ]);
    });
  } finally {
    await broker.stop();
  }
  await tally.check('we read the offsets that Kafka’s clients committed, and go on as their producer', () =>
    withStore(broker.logDir, async (store) => {
      const offsets = await store.committedOffsets('g');
      const rows = offsets.map(({ topic, partition, offset, metadata }) => [topic, partition, offset, metadata]);
      same('offsets', rows, theirs.offsets);
      const [before] = await store.transactions();
      same('state', [before.transactionalId, before.state], ['mover', 'CompleteAbort']);
      const producer = store.producer({ transactionalId: 'mover' });
      await producer.transaction((tx) => tx.sendOffsets('g', [{ topic: 'in', partition: 2, offset: 77 }]));
      const [after] = await store.transactions();
      same('producer', [after.producerId, after.producerEpoch], [before.producerId, before.producerEpoch + 2]);
      same('offset', (await store.committedOffsets('g'))[2].offset, 77);
    }),
  );
  await broker.start();
  try {
    await tally.check('Kafka reads the offsets that we committed, and its client goes on as our producer', async () => {
      const again = await judge.ask({ ...command, server: broker.server });
      same('before', again.before, [...theirs.offsets.slice(0, 2), ['in', 2, 77, '']]);
      same('offsets', again.offsets, theirs.offsets);
    });
  } finally {
    await broker.stop();
  }
}

export async function judgeTransactions(tally, judge, java, root) {
  const [store, broker] = [join(root, 'transactions'), join(root, 'transactions-broker')];
  for (const directory of [store, broker]) mkdirSync(directory);
  await judgeDecoders(tally, judge, store);
  await judgeTakeOver(tally, judge, java, broker);
}
