/**
 * An assignor of the name that kafkajs has for its own, for members of the library: whoever leads a group assigns for all, so that its members have only to agree on the name.
 * Partitions go round the members, which subscribe to the same topics.
 */
export const roundRobinAssigner = {
  name: 'RoundRobinAssigner',
  protocols: ['eager'],

  assign(metadata, subscriptions) {
    const members = [...subscriptions.keys()];
    const topics = new Set([...subscriptions.values()].flatMap((subscription) => subscription.topics));
    const all = [...topics].flatMap((topic) =>
      Array.from({ length: metadata.partitionCount(topic) }, (_, partition) => ({ topic, partition })),
    );
    const partitionsOf = (turn) => all.filter((_, i) => i % members.length === turn);
    return new Map(members.map((memberId, turn) => [memberId, { partitions: partitionsOf(turn), userData: null }]));
  },
};
