/**
 * The value of a record of `__consumer_offsets` that is about a group of the classic protocol, with the names and in the order of Kafka's schemas
 * (GroupMetadataValue.json, ConsumerProtocolSubscription.json, ConsumerProtocolAssignment.json). What consumers subscribe to and are assigned is read; what
 * cannot be, and what members of other groups have there, stands as base64.
 */
import { isMillraceError } from '../../errors.ts';
import { CONSUMERS } from '../../group/offset-expiry.ts';
import { MessageReader } from '../../protocol/message-reader.ts';
import { base64 } from './group-record-values.ts';

export const CLASSIC_VALUE_VERSION_MAX = 4;
const CONSUMER_VERSION_MAX = 3;

export function classicGroupValue(reader: MessageReader, version: number): object {
  const protocolType = reader.string();
  const head = {
    protocolType,
    generation: reader.int32(),
    protocol: reader.nullableString(),
    leader: reader.nullableString(),
    ...(version >= 2 && { currentStateTimestamp: reader.int64() }),
  };
  const members = reader.array(() => {
    const member = classicMember(reader, version);
    reader.taggedFields();
    if (protocolType !== CONSUMERS) return member;
    const { subscription, assignment, ...facts } = member;
    return { ...facts, subscription: read(subscription, subscribed), assignment: read(assignment, assigned) };
  });
  return { ...head, members };
}

function classicMember(reader: MessageReader, version: number) {
  return {
    memberId: reader.string(),
    ...(version >= 3 && { groupInstanceId: reader.nullableString() }),
    clientId: reader.string(),
    clientHost: reader.string(),
    ...(version >= 1 && { rebalanceTimeout: reader.int32() }),
    sessionTimeout: reader.int32(),
    subscription: base64(reader),
    assignment: base64(reader),
  };
}

function read(text: string, fields: (reader: MessageReader, version: number) => object): object | string {
  const reader = new MessageReader(Buffer.from(text, 'base64'), 'what a member has');
  try {
    const version = reader.int16();
    return version < 0 || version > CONSUMER_VERSION_MAX ? text : fields(reader, version);
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_CORRUPT') || isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE')) return text;
    throw error;
  }
}

function subscribed(reader: MessageReader, version: number): object {
  return {
    topics: reader.array(() => reader.string()),
    userData: userData(reader),
    ...(version >= 1 && { ownedPartitions: partitions(reader) }),
    ...(version >= 2 && { generationId: reader.int32() }),
    ...(version >= 3 && { rackId: reader.nullableString() }),
  };
}

function assigned(reader: MessageReader): object {
  return { assignedPartitions: partitions(reader), userData: userData(reader) };
}

function partitions(reader: MessageReader): object[] {
  return reader.array(() => ({ topic: reader.string(), partitions: reader.array(() => reader.int32()) }));
}

function userData(reader: MessageReader): string | null {
  return reader.nullableBytes()?.toString('base64') ?? null;
}
