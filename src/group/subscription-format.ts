/**
 * What a member of a group of the type `consumer` says of itself when it joins: the metadata of JoinGroup, which the coordinator passes to the leader unread.
 * (ConsumerProtocolSubscription.json, ConsumerProtocol.java.)
 *
 *     version i16 | topics [string] | user data bytes or null |
 *     from 1 on: owned [ topic string, [ partition i32 ] ] | from 2 on: generation i32 | from 3 on: rack string or null
 *
 * Written as Kafka's consumer writes it: version 3, topics and owned partitions in order. A later version is read as the latest that is known, since Kafka only
 * adds fields at the end; what else cannot be read is ERR_MILLRACE_CORRUPT.
 */
import { MessageReader } from '../protocol/message-reader.ts';
import { MessageWriter } from '../protocol/message-writer.ts';
import type { TopicPartition } from '../types.ts';
import { comparePartitions, readPartitions, writePartitions } from './partitions-format.ts';

/** Of who is in no generation, or whose client does not say. */
export const NO_GENERATION = -1;

export interface Subscription {
  readonly topics: readonly string[];
  /** What the member's assignor has to tell the leader's; null for nothing. */
  readonly userData: Uint8Array | null;
  /** Of a member that keeps its partitions while it joins again (KIP-429). */
  readonly ownedPartitions: readonly TopicPartition[];
  /** In which it owned them; `NO_GENERATION` if it does not say. */
  readonly generationId: number;
  /** `client.rack` (KIP-881); null where there is none. */
  readonly rackId: string | null;
}

const VERSION = 3;
const TOPIC_SIZE_MIN = 2;

export function encodeSubscription(subscription: Subscription): Buffer {
  const { topics, userData, ownedPartitions, generationId, rackId } = subscription;
  const writer = new MessageWriter().int16(VERSION);
  writer.array([...topics].sort(), (topic) => writer.string(topic));
  writeUserData(writer, userData);
  writePartitions(writer, [...ownedPartitions].sort(comparePartitions));
  writer.int32(generationId).nullableString(rackId);
  return writer.finish();
}

/** The user data is a view of `bytes`. */
export function decodeSubscription(bytes: Uint8Array): Subscription {
  const reader = new MessageReader(bytes, 'a subscription of a group member');
  const version = readVersion(reader);
  const topics = reader.nullableArray(() => reader.string(), { sizeMin: TOPIC_SIZE_MIN });
  if (topics === null) throw reader.corrupt('has null where it needs topics');
  const userData = reader.nullableBytes();
  const ownedPartitions = version >= 1 ? readPartitions(reader) : [];
  const generationId = version >= 2 ? Math.max(reader.int32(), NO_GENERATION) : NO_GENERATION;
  const rackId = version >= 3 ? reader.nullableString() : null;
  return { topics, userData, ownedPartitions, generationId, rackId: rackId === '' ? null : rackId };
}

/** Errors: CORRUPT. */
export function subscriptionVersion(bytes: Uint8Array): number {
  return readVersion(new MessageReader(bytes, 'a subscription of a group member'));
}

/** Of subscriptions and assignments alike. */
export function readVersion(reader: MessageReader): number {
  const version = reader.int16();
  if (version < 0) throw reader.corrupt(`says that its version is ${version}`);
  return version;
}

export function writeUserData(writer: MessageWriter, userData: Uint8Array | null): void {
  writer.length(userData === null ? -1 : userData.length);
  if (userData !== null) writer.bytes(userData);
}
