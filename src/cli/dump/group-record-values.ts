/**
 * The values of records of `__consumer_offsets` that are about groups and their members, with the names and in the order of Kafka's schemas (GroupMetadataValue.json,
 * ConsumerGroup*Value.json of Kafka 4.2). Bytes stand as base64.
 */
import type { MessageReader } from '../../protocol/message-reader.ts';

type ReadValue = (reader: MessageReader) => object;

/** By the types of records; all are of version 0. Lengths are compact, and tagged fields stand at the end. */
export const groupRecordValues: Readonly<Record<number, ReadValue>> = {
  3: group,
  4: topicMetadata,
  5: memberMetadata,
  6: (reader) => ({ assignmentEpoch: reader.int32() }),
  7: (reader) => ({ topicPartitions: partitions(reader) }),
  8: (reader) => ({
    memberEpoch: reader.int32(),
    previousMemberEpoch: reader.int32(),
    state: reader.int8(),
    assignedPartitions: partitions(reader),
    partitionsPendingRevocation: partitions(reader),
  }),
  16: (reader) => ({
    topics: reader.array(() => reader.string()),
    version: reader.int64(),
    timestamp: reader.int64(),
  }),
};

/** All 64 bits of the hash: beyond 2^53 they are no number. */
function group(reader: MessageReader): object {
  const epoch = reader.int32();
  let metadataHash = 0n;
  reader.taggedFields((tag) => {
    if (tag === 0) metadataHash = reader.bytes(8).readBigInt64BE();
  });
  return { epoch, ...(metadataHash !== 0n && { metadataHash }) };
}

function topicMetadata(reader: MessageReader): object {
  const topics = structs(reader, () => ({
    topicId: reader.uuid(),
    topicName: reader.string(),
    numPartitions: reader.int32(),
    partitionMetadata: structs(reader, () => ({
      partition: reader.int32(),
      racks: reader.array(() => reader.string()),
    })),
  }));
  return { topics };
}

function memberMetadata(reader: MessageReader): object {
  const fields = {
    instanceId: reader.nullableString(),
    rackId: reader.nullableString(),
    clientId: reader.string(),
    clientHost: reader.string(),
    subscribedTopicNames: reader.array(() => reader.string()),
    subscribedTopicRegex: reader.nullableString(),
    rebalanceTimeoutMs: reader.int32(),
    serverAssignor: reader.nullableString(),
  };
  const tagged: { classicMemberMetadata?: object | null } = {};
  reader.taggedFields((tag) => {
    // A byte first says whether there is one. None is not what the field has where it is left out: that would be an empty one.
    if (tag === 0) tagged.classicMemberMetadata = reader.int8() <= 0 ? null : classicMember(reader);
  });
  return { ...fields, ...tagged };
}

function classicMember(reader: MessageReader): object {
  const sessionTimeoutMs = reader.int32();
  const supportedProtocols = structs(reader, () => ({ name: reader.string(), metadata: base64(reader) }));
  reader.taggedFields();
  return { sessionTimeoutMs, supportedProtocols };
}

function partitions(reader: MessageReader): object[] {
  return structs(reader, () => ({ topicId: reader.uuid(), partitions: reader.array(() => reader.int32()) }));
}

function structs(reader: MessageReader, read: () => object): object[] {
  return reader.array(() => {
    const struct = read();
    reader.taggedFields();
    return struct;
  });
}

export function base64(reader: MessageReader): string {
  return (reader.nullableBytes() ?? Buffer.alloc(0)).toString('base64');
}
