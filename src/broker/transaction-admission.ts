/**
 * Whether what a transactional producer sends may be appended: its partition must be in the transaction before, or the transaction's end would pass it by and
 * leave it hanging (KIP-890).
 *
 * Clients with transactions of version 1 have added it, and it is verified here; those with version 2 leave it to the broker, which adds it now. Neither is
 * done where the log has the producer's transaction open already.
 */
import { kafkaErrorCodes, type KafkaErrorName } from '../protocol/error-code.ts';
import { PartitionSet } from '../transaction/partition-set.ts';
import type { TopicPartition } from '../types.ts';
import type { BrokerContext } from './broker-context.ts';
import { coordinatorFailure } from './transaction-answer.ts';

/**
 * What the version of a request says of its client: it added the partitions and knows errors of old; or it knows TRANSACTION_ABORTABLE too; or it leaves
 * adding to the broker.
 */
export type TransactionSupport = 'verify' | 'verify-abortable' | 'add';

export interface TransactionalWriter {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** The error for each partition that may not be written. */
export type Refusals = (partition: TopicPartition) => KafkaErrorName | null;

const NO_REFUSALS: Refusals = () => null;

/** At once, where nothing is to be added. */
export function admit(
  broker: BrokerContext,
  writer: TransactionalWriter,
  asked: readonly TopicPartition[],
  support: TransactionSupport,
): Refusals | Promise<Refusals> {
  const partitions = asked.filter((partition) => !isOpen(broker, writer, partition));
  if (partitions.length === 0) return NO_REFUSALS;
  return support === 'add' ? add(broker, writer, partitions) : verify(broker, writer, partitions, support);
}

/** The log has the transaction open, so its partition was added. */
function isOpen(
  { store }: BrokerContext,
  { producerId, producerEpoch }: TransactionalWriter,
  { topic, partition }: TopicPartition,
): boolean {
  const known = store.openPartition(topic, partition)?.knownProducer(producerId) ?? null;
  return known !== null && known.isInTransaction && known.producerEpoch === producerEpoch;
}

function verify(
  broker: BrokerContext,
  writer: TransactionalWriter,
  partitions: readonly TopicPartition[],
  support: TransactionSupport,
): Refusals {
  const { loaded, isMade } = broker.store.transactionCoordinator;
  if (loaded === null)
    return refuse(partitions, isMade ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'INVALID_PRODUCER_ID_MAPPING');
  try {
    const { answer, missing } = loaded.verifyPartitions({ ...writer, partitions });
    if (answer !== null) return refuse(partitions, named(answer.error!));
    return refuse(missing, support === 'verify' ? 'INVALID_TXN_STATE' : 'TRANSACTION_ABORTABLE');
  } catch (error) {
    return unanswered(broker, partitions, error);
  }
}

async function add(
  broker: BrokerContext,
  writer: TransactionalWriter,
  partitions: readonly TopicPartition[],
): Promise<Refusals> {
  try {
    const requests = await broker.store.transactionCoordinator.load();
    const { error } = await requests.addPartitions({ ...writer, partitions, clientVersion: 2 });
    return error === null ? NO_REFUSALS : refuse(partitions, named(error));
  } catch (error) {
    return unanswered(broker, partitions, error);
  }
}

function unanswered(broker: BrokerContext, partitions: readonly TopicPartition[], error: unknown): Refusals {
  const isKnown = coordinatorFailure(broker, error) === kafkaErrorCodes.COORDINATOR_NOT_AVAILABLE;
  return refuse(partitions, isKnown ? 'COORDINATOR_NOT_AVAILABLE' : 'UNKNOWN_SERVER_ERROR');
}

/** Who writes expects to hear of its epoch. */
function named(error: KafkaErrorName): KafkaErrorName {
  return error === 'PRODUCER_FENCED' ? 'INVALID_PRODUCER_EPOCH' : error;
}

function refuse(partitions: readonly TopicPartition[], error: KafkaErrorName): Refusals {
  const refused = new PartitionSet(partitions);
  return (partition) => (refused.has(partition) ? error : null);
}
