/**
 * What a Produce request says of transactions, and whether its transactional batches may be appended (KafkaApis.handleProduceRequest,
 * ReplicaManager.handleProduceAppend).
 */
import { BATCH_HEADER_SIZE } from '../limits.ts';
import type { RequestOf } from '../protocol/api.ts';
import type { produce } from '../protocol/apis/00-produce.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import { ATTRIBUTES, MAGIC, MAGIC_V2, TRANSACTIONAL_BIT } from '../record/batch-format.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow } from '../record/byte-window.ts';
import { AclOperation } from '../security/acl-operation.ts';
import { PartitionSet } from '../transaction/partition-set.ts';
import type { TopicPartition } from '../types.ts';
import type { Call } from './handler.ts';
import { isInternalTopic } from './internal-topics.ts';
import { hasPartition } from './partition-lookup.ts';
import { admit, type Refusals, type TransactionSupport } from './transaction-admission.ts';

type Request = RequestOf<typeof produce>;

/** Null: nothing is transactional. A name: nothing of the request may be appended. */
export type ProduceAdmission = KafkaErrorName | Refusals | null;

interface TransactionalBatches {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: readonly (TopicPartition & { readonly baseSequence: number })[];
}

const IDS_SINCE = 13;
const ABORTABLE_SINCE = 11;
const ADDS_SINCE = 12;

/** The name of the topic, in versions that say its id too; null for an id that no topic has. */
export function topicOf({ name, topicId }: Request['topicData'][number], { broker, version }: Call): string | null {
  return version >= IDS_SINCE ? broker.store.topicNameOf(topicId) : name;
}

/** Partitions may be added to a transaction before anything is appended, and that takes its time. */
export function mayAdd({ transactionalId }: Request, version: number): boolean {
  return transactionalId !== null && version >= ADDS_SINCE;
}

export function admitProduce(request: Request, call: Call): ProduceAdmission | Promise<ProduceAdmission> {
  const batches = transactionalBatches(request, call);
  if (batches === null || typeof batches === 'string') return batches;
  const { transactionalId } = request;
  if (transactionalId === null || !call.access.transactionalId(AclOperation.WRITE, transactionalId))
    return 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED';
  const { producerId, producerEpoch } = batches;
  const support = supportOf(call.version);
  // What is none of the partitions that can be written is refused by what appends.
  const partitions = batches.partitions.filter(({ topic, partition }) => canBeWritten(topic, partition, call));
  const refusals = admit(call.broker, { transactionalId, producerId, producerEpoch }, partitions, support);
  const tell = (refusalOf: Refusals): Refusals => {
    const lost = new PartitionSet(support === 'add' ? partitions.filter((each) => isLost(each, producerId, call)) : []);
    return (partition) =>
      told(refusalOf(partition), support) ?? (lost.has(partition) ? 'OUT_OF_ORDER_SEQUENCE_NUMBER' : null);
  };
  return refusals instanceof Promise ? refusals.then(tell) : tell(refusals);
}

/** Null where there are none. */
function transactionalBatches(request: Request, call: Call): TransactionalBatches | KafkaErrorName | null {
  let producer: { readonly producerId: number; readonly producerEpoch: number } | null = null;
  const partitions: (TopicPartition & { baseSequence: number })[] = [];
  for (const data of request.topicData) {
    for (const { index: partition, records } of data.partitionData) {
      if (records === null || !isTransactional(records)) continue;
      const { producerId, producerEpoch, baseSequence } = new BatchHeader(byteWindow(records), 0);
      producer ??= { producerId, producerEpoch };
      if (producer.producerId !== producerId || producer.producerEpoch !== producerEpoch)
        return 'INVALID_PRODUCER_ID_MAPPING';
      const topic = topicOf(data, call);
      if (topic !== null) partitions.push({ topic, partition, baseSequence });
    }
  }
  return producer === null ? null : { ...producer, partitions };
}

/** Of the first batch, behind which no other one may stand. */
function isTransactional(records: Buffer): boolean {
  if (records.length < BATCH_HEADER_SIZE || records[MAGIC] !== MAGIC_V2) return false;
  return (records[ATTRIBUTES + 1] & TRANSACTIONAL_BIT) !== 0;
}

function canBeWritten(topic: string, partition: number, { broker, access }: Call): boolean {
  return access.topic(AclOperation.WRITE, topic) && !isInternalTopic(topic) && hasPartition(broker, topic, partition);
}

/** The log has never heard of the producer, and it goes on where it believes to be: with transactions of version 2 each one begins at 0. */
function isLost(
  { topic, partition, baseSequence }: TransactionalBatches['partitions'][number],
  producerId: number,
  { broker }: Call,
): boolean {
  if (baseSequence === 0) return false;
  try {
    return broker.store.partition(topic, partition).knownProducer(producerId) === null;
  } catch {
    // The append meets the same error, and tells it.
    return false;
  }
}

function supportOf(version: number): TransactionSupport {
  if (version >= ADDS_SINCE) return 'add';
  return version >= ABORTABLE_SINCE ? 'verify-abortable' : 'verify';
}

/** What makes older clients come again, where they would not know the error, or would ask for metadata first. */
function told(error: KafkaErrorName | null, support: TransactionSupport): KafkaErrorName | null {
  switch (error) {
    case 'COORDINATOR_LOAD_IN_PROGRESS':
    case 'COORDINATOR_NOT_AVAILABLE':
      return 'NOT_ENOUGH_REPLICAS';
    case 'CONCURRENT_TRANSACTIONS':
      return support === 'add' ? error : 'NOT_ENOUGH_REPLICAS';
    default:
      return error;
  }
}
