/**
 * Kafka's `uniform` of the consumer protocol, the default: as even as can be over all topics, and everybody keeps as much as it can of what it had. Knows no racks,
 * as Kafka's does not since 4.0.
 */
import { UniformHeterogeneous } from './uniform-heterogeneous.ts';
import { assignHomogeneous } from './uniform-homogeneous.ts';
import type { GroupSpec, PartitionsById, ServerAssignor, TopicDescriber } from './server-assignor.ts';

export const uniformAssignor: ServerAssignor = {
  name: 'uniform',

  assign(group: GroupSpec, topics: TopicDescriber): ReadonlyMap<string, PartitionsById> {
    if (group.members.size === 0) return new Map();
    if (group.subscriptionType === 'homogeneous') return assignHomogeneous(group.members, topics);
    return new UniformHeterogeneous(group.members, topics).assignments();
  },
};
