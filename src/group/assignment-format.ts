/**
 * What the leader of a group of the type `consumer` gives each member: the assignment of SyncGroup, which the coordinator passes on unread.
 * (ConsumerProtocolAssignment.json, ConsumerProtocol.java.)
 *
 *     version i16 | assigned [ topic string, [ partition i32 ] ] | user data bytes or null
 *
 * Versions 0 to 3 look the same; written is 3, as Kafka's consumer does, or an older one for who says an older one. A later version is read as the latest that is known. No bytes at all are what a member
 * gets of which the leader has said nothing; they are no assignment, and as all that cannot be read ERR_MILLRACE_CORRUPT.
 */
import { MessageReader } from '../protocol/message-reader.ts';
import { MessageWriter } from '../protocol/message-writer.ts';
import type { TopicPartition } from '../types.ts';
import { readPartitions, writePartitions } from './partitions-format.ts';
import { readVersion, writeUserData } from './subscription-format.ts';

export interface Assignment {
  readonly partitions: readonly TopicPartition[];
  /** What the leader's assignor has to tell the member's; null for nothing. */
  readonly userData: Uint8Array | null;
}

const VERSION = 3;

/** Partitions in the order in which they are given, those of one topic together. `version`: of who will read it, where that is known. */
export function encodeAssignment({ partitions, userData }: Assignment, version = VERSION): Buffer {
  const writer = new MessageWriter().int16(Math.min(version, VERSION));
  writePartitions(writer, partitions);
  writeUserData(writer, userData);
  return writer.finish();
}

/** The user data is a view of `bytes`. */
export function decodeAssignment(bytes: Uint8Array): Assignment {
  const reader = new MessageReader(bytes, 'an assignment of a group member');
  readVersion(reader);
  const partitions = readPartitions(reader);
  return { partitions, userData: reader.nullableBytes() };
}
