/**
 * The records of `__consumer_offsets` that are about groups of the consumer protocol (ConsumerGroup*.json of Kafka 4.2). Keys have no tagged fields, values have
 * compact lengths and tagged fields; all are of version 0.
 *
 *     key 3:   group                    epoch i32 | tag 0: hash of the topics i64, where it is not 0
 *     key 4:   group                    topics, as 4.0 wrote them: not read
 *     key 5:   group | member           instance? | rack? | client | host | topics array of string | expression? | rebalance time-out i32 | assignor? |
 *                                       tag 0: 0 i8, or 1 i8 and session time-out i32, protocols (name, bytes) of a member with the classic protocol
 *     key 6:   group                    epoch of the target i32
 *     key 7:   group | member           target: partitions
 *     key 8:   group | member           epoch i32 | epoch before i32 | state i8 | assigned: partitions | to be revoked: partitions
 *     key 16:  group | expression       topics array of string | version i64 | ms i64
 *     partitions: array of (topic uuid | array of i32)
 */
import { MillraceError } from '../../errors.ts';
import { MessageReader } from '../../protocol/message-reader.ts';
import { MessageWriter } from '../../protocol/message-writer.ts';
import type { RecordInput } from '../../types.ts';
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { ClassicMember, CurrentAssignment, MemberState, MemberSubscription } from './consumer-member.ts';
import type { ConsumerRecord, GroupEpoch, ResolvedPattern } from './consumer-record.ts';

const keyVersions = { group: 3, topics: 4, member: 5, targetEpoch: 6, target: 7, current: 8, pattern: 16 } as const;
const kinds = new Map<number, ConsumerRecord['kind']>(
  Object.entries(keyVersions).map(([kind, version]) => [version, kind as ConsumerRecord['kind']]),
);

const stateNumbers = { stable: 0, unrevoked: 1, unreleased: 2, unknown: 127 } as const;
const states = new Map(Object.entries(stateNumbers).map(([state, number]) => [number as number, state as MemberState]));

const VERSION = 0;

export function encodeConsumerRecord(record: ConsumerRecord): RecordInput {
  const key = new MessageWriter().int16(keyVersions[record.kind]).string(record.groupId);
  if ('memberId' in record) key.string(record.memberId);
  if ('pattern' in record) key.string(record.pattern);
  if (record.value === null) return { key: key.finish(), value: null };
  const value = new MessageWriter().int16(VERSION);
  value.isFlexible = true;
  writeValue(value, record);
  return { key: key.finish(), value: value.finish() };
}

/** Null for a record that is about something else, or of a version that is not known. Errors: CORRUPT. */
export function decodeConsumerRecord(key: Uint8Array | null, value: Uint8Array | null): ConsumerRecord | null {
  const what = 'of __consumer_offsets';
  if (key === null) throw new MillraceError('ERR_MILLRACE_CORRUPT', `a record ${what} has no key`);
  const keyReader = new MessageReader(key, `a key ${what}`);
  const kind = kinds.get(keyReader.int16());
  if (kind === undefined) return null;
  const groupId = keyReader.string();
  const name = kind === 'member' || kind === 'target' || kind === 'current' || kind === 'pattern';
  const second = name ? keyReader.string() : '';
  const reader = value === null ? null : new MessageReader(value, `a value ${what}`);
  if (reader !== null && reader.int16() !== VERSION) return null;
  if (reader !== null) reader.isFlexible = true;
  switch (kind) {
    case 'group':
      return { kind, groupId, value: reader && readGroup(reader) };
    case 'topics':
      return { kind, groupId, value: reader && 'some' };
    case 'member':
      return { kind, groupId, memberId: second, value: reader && readMember(reader) };
    case 'targetEpoch':
      return { kind, groupId, value: reader && reader.int32() };
    case 'target':
      return { kind, groupId, memberId: second, value: reader && readPartitions(reader) };
    case 'current':
      return { kind, groupId, memberId: second, value: reader && readCurrent(reader) };
    case 'pattern':
      return { kind, groupId, pattern: second, value: reader && readPattern(reader) };
  }
}

function writeValue(writer: MessageWriter, record: ConsumerRecord): void {
  if (record.value === null || record.kind === 'topics') return;
  switch (record.kind) {
    case 'group':
      return writeGroup(writer, record.value);
    case 'member':
      return writeMember(writer, record.value);
    case 'targetEpoch':
      writer.int32(record.value).taggedFields();
      return;
    case 'target':
      writePartitions(writer, record.value);
      writer.taggedFields();
      return;
    case 'current':
      return writeCurrent(writer, record.value);
    case 'pattern':
      return writePattern(writer, record.value);
  }
}

function writeGroup(writer: MessageWriter, { epoch, metadataHash }: GroupEpoch): void {
  writer.int32(epoch);
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(metadataHash);
  writer.taggedFields(metadataHash === 0n ? [] : [{ tag: 0, write: (field) => field.bytes(bytes) }]);
}

function readGroup(reader: MessageReader): GroupEpoch {
  const epoch = reader.int32();
  let metadataHash = 0n;
  reader.taggedFields((tag) => {
    if (tag === 0) metadataHash = reader.bytes(8).readBigInt64BE();
  });
  return { epoch, metadataHash };
}

function writeMember(writer: MessageWriter, member: MemberSubscription): void {
  writer.nullableString(member.instanceId);
  writer.nullableString(member.rackId).string(member.clientId).string(member.clientHost);
  writer.array([...member.topicNames].sort(), (name) => writer.string(name));
  writer.nullableString(member.topicPattern).int32(member.rebalanceTimeoutMs);
  writer.nullableString(member.assignor);
  writer.taggedFields([{ tag: 0, write: (field) => writeClassic(field, member.classic) }]);
}

function readMember(reader: MessageReader): MemberSubscription {
  const [instanceId, rackId] = [reader.nullableString(), reader.nullableString()];
  const [clientId, clientHost] = [reader.string(), reader.string()];
  const topicNames = new Set(reader.array(() => reader.string()));
  const topicPattern = reader.nullableString();
  const rebalanceTimeoutMs = reader.int32();
  const assignor = reader.nullableString();
  let classic: ClassicMember | null = { sessionTimeoutMs: 0, protocols: [] };
  reader.taggedFields((tag) => {
    if (tag === 0) classic = readClassic(reader);
  });
  return { instanceId, rackId, clientId, clientHost, topicNames, topicPattern, rebalanceTimeoutMs, assignor, classic };
}

/** A byte that says whether there is one comes first: where the whole field is left out there is an empty one. */
function writeClassic(writer: MessageWriter, classic: ClassicMember | null): void {
  if (classic === null) return void writer.int8(0);
  const { sessionTimeoutMs, protocols } = classic;
  writer.int8(1).int32(sessionTimeoutMs);
  writer.array(protocols, ({ name, metadata }) => {
    writer.string(name).length(metadata.length).bytes(metadata).taggedFields();
  });
  writer.taggedFields();
}

function readClassic(reader: MessageReader): ClassicMember | null {
  if (reader.int8() <= 0) return null;
  const sessionTimeoutMs = reader.int32();
  const protocols = reader.array(() => {
    const name = reader.string();
    // What is kept must not be a view of the log.
    const metadata = new Uint8Array(reader.nullableBytes() ?? []);
    reader.taggedFields();
    return { name, metadata };
  });
  reader.taggedFields();
  return { sessionTimeoutMs, protocols };
}

function writeCurrent(writer: MessageWriter, { epoch, previousEpoch, state, assigned, revoking }: CurrentAssignment) {
  writer.int32(epoch).int32(previousEpoch).int8(stateNumbers[state]);
  writePartitions(writer, assigned);
  writePartitions(writer, revoking);
  writer.taggedFields();
}

function readCurrent(reader: MessageReader): CurrentAssignment {
  const [epoch, previousEpoch] = [reader.int32(), reader.int32()];
  const state = states.get(reader.int8()) ?? 'unknown';
  return { epoch, previousEpoch, state, assigned: readPartitions(reader), revoking: readPartitions(reader) };
}

function writePattern(writer: MessageWriter, { topics, version, at }: ResolvedPattern): void {
  writer.array([...topics].sort(), (name) => writer.string(name));
  writer.int64(version).int64(at).taggedFields();
}

function readPattern(reader: MessageReader): ResolvedPattern {
  const topics = new Set(reader.array(() => reader.string()));
  return { topics, version: reader.int64(), at: reader.int64() };
}

function writePartitions(writer: MessageWriter, partitions: PartitionsById): void {
  writer.array([...partitions], ([topicId, indexes]) => {
    writer.uuid(topicId);
    writer.array(
      [...indexes].sort((a, b) => a - b),
      (index) => writer.int32(index),
    );
    writer.taggedFields();
  });
}

function readPartitions(reader: MessageReader): PartitionsById {
  const topics = reader.array((): [string, ReadonlySet<number>] => {
    const topicId = reader.uuid();
    const indexes = new Set(reader.array(() => reader.int32()));
    reader.taggedFields();
    return [topicId, indexes];
  });
  return new Map(topics);
}
