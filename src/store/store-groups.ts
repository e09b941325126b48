/** The consumer groups of a store: puts together their coordinator and `__consumer_offsets`. */
import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { GroupCounters } from '../group/group-counters.ts';
import type { GroupView } from '../group/group-view.ts';
import type { GroupTopic } from '../group/consumer/group-topics.ts';
import { Groups, type GroupsOptions } from '../group/groups.ts';
import { memberIdOf } from '../group/member-id.ts';
import type { TopicLogs } from '../producer/topic-logs.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../protocol/coordinator-partition.ts';
import type { InternalTopics } from './internal-topics.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { TopicAdmin } from './topic-admin.ts';
import type { Topic } from './topic.ts';
import { randomUuid } from './uuid.ts';

/** What a store tells of its groups, beside what their coordinator answers to members. */
export interface StoreGroups extends GroupView {
  /** Since the store was opened. */
  readonly counters: Readonly<GroupCounters>;
  /** Committed offsets, of all groups. */
  offsetCount(): Promise<number>;
}

export interface GroupParts {
  readonly admin: TopicAdmin;
  readonly logs: TopicLogs;
  readonly internal: InternalTopics;
  readonly settings: GroupsOptions['settings'];
}

export function storeGroups(
  { clock, logger, recoveryPoints }: StoreEnvironment,
  { admin, logs, internal, settings }: GroupParts,
): Groups {
  const groups = new Groups({
    clock: withoutDelay(clock),
    logger,
    settings,
    newMemberId: (prefix) => (prefix === '' ? randomUuid() : memberIdOf(prefix, randomUUID())),
    topics: {
      get version() {
        return admin.changes;
      },
      get versionOfNewest() {
        return admin.lastCreation;
      },
      names: () => admin.names(),
      find: (name) => groupTopic(admin.find(name)),
      findById: (id) => groupTopic(admin.findById(id)),
    },
    topic: {
      get partitionCount() {
        return internal.hasOffsets ? logs.partitionCount(CONSUMER_OFFSETS_TOPIC) : 0;
      },
      make: () => internal.makeOffsets(),
      // A log that is not open has not been written since its checkpoint.
      endOffset: (index) =>
        admin.find(CONSUMER_OFFSETS_TOPIC)?.partitions[index]?.log?.endOffset ??
        recoveryPoints.get(CONSUMER_OFFSETS_TOPIC, index),
      partition: (index) => logs.partition(CONSUMER_OFFSETS_TOPIC, index),
    },
  });
  admin.onDeleted = (topic) => groups.forgetTopic(topic);
  return groups;
}

function groupTopic(topic: Topic | null): GroupTopic | null {
  return topic && { id: topic.id, name: topic.name, partitionCount: topic.partitions.length };
}

/** What is put off by nothing is no matter of time: with a clock that stands still, nobody would ever be let into a group. */
function withoutDelay(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    schedule: (delayMs, task, keepAlive) => (delayMs > 0 ? clock : systemClock).schedule(delayMs, task, keepAlive),
  };
}
