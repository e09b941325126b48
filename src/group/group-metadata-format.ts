/**
 * The records of `__consumer_offsets` that are about groups of the classic protocol: one for each generation, the last of which holds. A null value
 * forgets the group. (GroupMetadataKey.json, GroupMetadataValue.json.)
 *
 *     key 2:   version i16 | group string
 *     value:   version i16 | protocol type string | generation i32 | protocol string? | leader string? | since ms i64 (from 2 on) | members
 *     member:  id string | instance id string? (from 3 on) | client id string | client host string | rebalance time-out i32 (from 1 on) |
 *              session time-out i32 | subscription bytes | assignment bytes
 *              4 has compact lengths and tagged fields
 *
 * Written is value 3, as Kafka 4.2 does.
 */
import { MillraceError } from '../errors.ts';
import { MessageReader } from '../protocol/message-reader.ts';
import { MessageWriter } from '../protocol/message-writer.ts';
import type { Timestamp } from '../types.ts';

export interface GroupMemberMetadata {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly subscription: Uint8Array;
  readonly assignment: Uint8Array;
}

export interface GroupMetadata {
  /** Empty for none. */
  readonly protocolType: string;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly leader: string | null;
  /** When the group came into its state; -1 where the writer did not say. */
  readonly stateTimestamp: Timestamp;
  readonly members: readonly GroupMemberMetadata[];
}

export type GroupRecord =
  | { readonly kind: 'group'; readonly groupId: string; readonly metadata: GroupMetadata }
  | { readonly kind: 'tombstone'; readonly groupId: string }
  /** Of a value of a later version: there is a group, and nothing is known of it. */
  | { readonly kind: 'unknown'; readonly groupId: string; readonly version: number };

const KEY_VERSION = 2;
const VALUE_VERSION = 3;
const FLEXIBLE = 4;

export function encodeGroupKey(groupId: string): Buffer {
  return new MessageWriter().int16(KEY_VERSION).string(groupId).finish();
}

export function encodeGroupMetadata(metadata: GroupMetadata): Buffer {
  const writer = new MessageWriter().int16(VALUE_VERSION).string(metadata.protocolType).int32(metadata.generationId);
  writer.nullableString(metadata.protocolName);
  writer.nullableString(metadata.leader).int64(metadata.stateTimestamp);
  writer.array(metadata.members, (member) => {
    writer
      .string(member.memberId)
      .nullableString(member.groupInstanceId)
      .string(member.clientId)
      .string(member.clientHost);
    writer.int32(member.rebalanceTimeoutMs).int32(member.sessionTimeoutMs);
    writer.length(member.subscription.length).bytes(member.subscription);
    writer.length(member.assignment.length).bytes(member.assignment);
  });
  return writer.finish();
}

/** Null for a record that is about something else. */
export function decodeGroupRecord(key: Uint8Array | null, value: Uint8Array | null): GroupRecord | null {
  const what = 'of __consumer_offsets';
  if (key === null) throw new MillraceError('ERR_MILLRACE_CORRUPT', `a record ${what} has no key`);
  const keyReader = new MessageReader(key, `a key ${what}`);
  if (keyReader.int16() !== KEY_VERSION) return null;
  const groupId = keyReader.string();
  if (value === null) return { kind: 'tombstone', groupId };
  const reader = new MessageReader(value, `a value ${what}`);
  const version = reader.int16();
  if (version < 0 || version > FLEXIBLE) return { kind: 'unknown', groupId, version };
  reader.isFlexible = version === FLEXIBLE;
  return { kind: 'group', groupId, metadata: decodeMetadata(reader, version) };
}

function decodeMetadata(reader: MessageReader, version: number): GroupMetadata {
  const protocolType = reader.string();
  const generationId = reader.int32();
  const protocolName = reader.nullableString();
  const leader = reader.nullableString();
  const stateTimestamp = version >= 2 ? reader.int64() : -1;
  const members = reader.array(() => decodeMember(reader, version));
  reader.taggedFields();
  return { protocolType, generationId, protocolName, leader, stateTimestamp, members };
}

function decodeMember(reader: MessageReader, version: number): GroupMemberMetadata {
  const memberId = reader.string();
  const groupInstanceId = version >= 3 ? reader.nullableString() : null;
  const [clientId, clientHost] = [reader.string(), reader.string()];
  const rebalanceTimeoutMs = version >= 1 ? reader.int32() : -1;
  const sessionTimeoutMs = reader.int32();
  const [subscription, assignment] = [copyOf(reader), copyOf(reader)];
  reader.taggedFields();
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    // Before there was one, the session's was the rebalance's too.
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? sessionTimeoutMs : rebalanceTimeoutMs,
    sessionTimeoutMs,
    subscription,
    assignment,
  };
}

/** What is kept must not be a view of the log. */
function copyOf(reader: MessageReader): Uint8Array {
  const bytes = reader.nullableBytes();
  if (bytes === null) throw reader.corrupt('has null where it needs bytes');
  return new Uint8Array(bytes);
}
