/**
 * The records of `__transaction_state`: one for each change of a transactional id, the last of which holds. A null value forgets the id.
 * (TransactionLog; TransactionLogKey.json, TransactionLogValue.json.)
 *
 *     key:      version i16 = 0 | transactional id string
 *     value 0:  version i16 = 0 | producer id i64 | epoch i16 | time-out ms i32 | state i8 | [ topic string, [ partition i32 ] ] or null |
 *               last update ms i64 | start ms i64
 *     value 1:  the same with compact lengths (KIP-890) and tagged fields: 0 previous producer id i64, 1 next producer id i64,
 *               2 version of the client i16, 3 next epoch i16; those that are at their defaults (-1, -1, 0, -1) are left out
 *
 * Versions that a later Kafka may write are `unknown`: readers pass over them with a warning, as Kafka does.
 */
import { MillraceError } from '../errors.ts';
import { MessageReader } from '../protocol/message-reader.ts';
import { MessageWriter, type TaggedField } from '../protocol/message-writer.ts';
import { PartitionSet } from './partition-set.ts';
import {
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  type TransactionMetadata,
  type TransactionVersion,
} from './transaction-metadata.ts';
import { transactionStates } from './transaction-state.ts';

export type TransactionRecord =
  | { readonly kind: 'transaction'; readonly transactionalId: string; readonly metadata: TransactionMetadata }
  | { readonly kind: 'tombstone'; readonly transactionalId: string }
  | { readonly kind: 'unknown'; readonly what: 'key' | 'value'; readonly version: number };

const KEY_VERSION = 0;
const FLEXIBLE = 1;
const PREVIOUS_PRODUCER_ID = 0;
const NEXT_PRODUCER_ID = 1;
const CLIENT_VERSION = 2;

export function encodeKey(transactionalId: string): Buffer {
  return new MessageWriter().int16(KEY_VERSION).string(transactionalId).finish();
}

/** `version` is that of the coordinator: 0 writes what brokers before KIP-915 read. */
export function encodeValue(metadata: TransactionMetadata, version: TransactionVersion): Buffer {
  const writer = new MessageWriter();
  const valueVersion = version === 0 ? 0 : FLEXIBLE;
  writer.int16(valueVersion);
  writer.isFlexible = valueVersion === FLEXIBLE;
  writer.int64(metadata.producerId).int16(metadata.producerEpoch).int32(metadata.timeoutMs);
  writer.int8(transactionStates.indexOf(metadata.state));
  writer.array(metadata.state === 'Empty' ? null : metadata.partitions.byTopic(), ({ topic, partitions }) => {
    writer.string(topic).array(partitions, (partition) => writer.int32(partition));
    writer.taggedFields();
  });
  writer.int64(metadata.updatedAt).int64(metadata.startedAt).taggedFields(taggedFields(metadata));
  return writer.finish();
}

export function decodeTransaction(key: Uint8Array | null, value: Uint8Array | null): TransactionRecord {
  const what = 'of __transaction_state';
  if (key === null) throw new MillraceError('ERR_MILLRACE_CORRUPT', `a record ${what} has no key`);
  const keyReader = new MessageReader(key, `a key ${what}`);
  const keyVersion = keyReader.int16();
  if (keyVersion !== KEY_VERSION) return { kind: 'unknown', what: 'key', version: keyVersion };
  const transactionalId = keyReader.string();
  if (value === null) return { kind: 'tombstone', transactionalId };
  const reader = new MessageReader(value, `a value ${what}`);
  const version = reader.int16();
  if (version < 0 || version > FLEXIBLE) return { kind: 'unknown', what: 'value', version };
  reader.isFlexible = version === FLEXIBLE;
  return { kind: 'transaction', transactionalId, metadata: decodeMetadata(reader) };
}

function decodeMetadata(reader: MessageReader): TransactionMetadata {
  const [producerId, producerEpoch, timeoutMs] = [reader.int64(), reader.int16(), reader.int32()];
  const number = reader.int8();
  const state = transactionStates[number];
  if (state === undefined) throw reader.corrupt(`has the state ${number}`);
  const topics = reader.nullableArray(() => {
    const topic = reader.string();
    const partitions = reader.array(() => reader.int32());
    reader.taggedFields();
    return partitions.map((partition) => ({ topic, partition }));
  });
  const [updatedAt, startedAt] = [reader.int64(), reader.int64()];
  let [previousProducerId, nextProducerId, clientVersion] = [NO_PRODUCER_ID, NO_PRODUCER_ID, 0];
  reader.taggedFields((tag) => {
    if (tag === PREVIOUS_PRODUCER_ID) previousProducerId = reader.int64();
    else if (tag === NEXT_PRODUCER_ID) nextProducerId = reader.int64();
    else if (tag === CLIENT_VERSION) clientVersion = reader.int16();
  });
  if (clientVersion < 0 || clientVersion > 2) throw reader.corrupt(`has the transaction version ${clientVersion}`);
  return {
    producerId,
    previousProducerId,
    nextProducerId,
    producerEpoch,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs,
    state,
    partitions: new PartitionSet(topics?.flat() ?? []),
    startedAt,
    updatedAt,
    clientVersion: clientVersion as TransactionVersion,
  };
}

function taggedFields({ previousProducerId, nextProducerId, clientVersion }: TransactionMetadata): TaggedField[] {
  const fields: TaggedField[] = [];
  const add = (tag: number, write: TaggedField['write']): void => void fields.push({ tag, write });
  if (previousProducerId !== NO_PRODUCER_ID) add(PREVIOUS_PRODUCER_ID, (writer) => writer.int64(previousProducerId));
  if (nextProducerId !== NO_PRODUCER_ID) add(NEXT_PRODUCER_ID, (writer) => writer.int64(nextProducerId));
  if (clientVersion !== 0) add(CLIENT_VERSION, (writer) => writer.int16(clientVersion));
  return fields;
}
