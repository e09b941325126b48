/**
 * What clients need to find advertised, by API key: the oldest version that one of them sends, or asks for, and the newest that one of them
 * cannot do without. Where a client is bound to one version, it is named.
 */
export const NEEDED = [
  // librdkafka up to 2.11 compresses only where it sees Produce 0; the Java client goes up to 13.
  { key: 0, api: 'Produce', from: 0, to: 13 },
  // rskafka: 4 and no other.
  { key: 1, api: 'Fetch', from: 4, to: 17 },
  { key: 2, api: 'ListOffsets', from: 1, to: 10 },
  { key: 3, api: 'Metadata', from: 0, to: 13 },
  // kafka-go: 0, unasked.
  { key: 10, api: 'FindCoordinator', from: 0, to: 6 },
  { key: 18, api: 'ApiVersions', from: 0, to: 4 },
  // @platformatic/kafka 1.35: 7 and no other, then 6 and no other.
  { key: 19, api: 'CreateTopics', from: 2, to: 7 },
  { key: 20, api: 'DeleteTopics', from: 1, to: 6 },
  { key: 21, api: 'DeleteRecords', from: 0, to: 2 },
  { key: 22, api: 'InitProducerId', from: 0, to: 5 },
  // librdkafka: 2 and no other, then 0 and no other, twice.
  { key: 23, api: 'OffsetForLeaderEpoch', from: 2, to: 4 },
  { key: 24, api: 'AddPartitionsToTxn', from: 0, to: 3 },
  { key: 25, api: 'AddOffsetsToTxn', from: 0, to: 4 },
  { key: 26, api: 'EndTxn', from: 0, to: 4 },
  { key: 28, api: 'TxnOffsetCommit', from: 0, to: 4 },
  { key: 32, api: 'DescribeConfigs', from: 1, to: 4 },
  { key: 33, api: 'AlterConfigs', from: 0, to: 2 },
  { key: 37, api: 'CreatePartitions', from: 0, to: 3 },
  { key: 44, api: 'IncrementalAlterConfigs', from: 0, to: 1 },
  { key: 60, api: 'DescribeCluster', from: 0, to: 2 },
  { key: 75, api: 'DescribeTopicPartitions', from: 0, to: 0 },
];

/** Where `advertised`, of `{ key, from, to }`, lacks what is needed: a sentence each. */
export function lacking(advertised) {
  return NEEDED.flatMap(({ key, api, from, to }) => {
    const found = advertised.find((each) => each.key === key);
    if (found === undefined) return [`${api} is not served`];
    if (found.from <= from && found.to >= to) return [];
    return [`${api} is served from ${found.from} to ${found.to}, needed from ${from} to ${to}`];
  });
}
