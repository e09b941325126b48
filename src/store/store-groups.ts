/** The consumer groups of a store: puts together their coordinator and `__consumer_offsets`. */
import { randomUUID } from 'node:crypto';
import { Groups, type GroupsOptions } from '../group/groups.ts';
import type { TopicLogs } from '../producer/topic-logs.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../protocol/coordinator-partition.ts';
import type { InternalTopics } from './internal-topics.ts';
import type { StoreEnvironment } from './store-environment.ts';

export interface GroupParts {
  readonly logs: TopicLogs;
  readonly internal: InternalTopics;
  readonly settings: GroupsOptions['settings'];
}

export function storeGroups({ clock, logger }: StoreEnvironment, { logs, internal, settings }: GroupParts): Groups {
  return new Groups({
    clock,
    logger,
    settings,
    newMemberId: (prefix) => `${prefix}-${randomUUID()}`,
    topic: {
      get partitionCount() {
        return internal.hasOffsets ? logs.partitionCount(CONSUMER_OFFSETS_TOPIC) : 0;
      },
      make: () => internal.makeOffsets(),
      partition: (index) => logs.partition(CONSUMER_OFFSETS_TOPIC, index),
    },
  });
}
