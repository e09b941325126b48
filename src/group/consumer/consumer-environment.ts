/** What groups of the consumer protocol are handed: time, topics, their bounds, and where they write. Types only. */
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../types.ts';
import type { GroupError } from '../group-requests.ts';
import type { DowngradedGroup } from '../migration/group-downgrade.ts';
import type { MigrationPolicy } from '../migration/migration-policy.ts';
import type { ConsumerRecord } from './consumer-record.ts';
import type { GroupTopics } from './group-topics.ts';
import type { TopicsHash } from './topics-hash.ts';

/** Under Kafka's names. */
export interface ConsumerGroupSettings {
  /** `group.consumer.session.timeout.ms` */
  readonly groupConsumerSessionTimeoutMs: number;
  /** `group.consumer.heartbeat.interval.ms`: what members are told. */
  readonly groupConsumerHeartbeatIntervalMs: number;
  /** `group.consumer.max.size` */
  readonly groupConsumerMaxSize: number;
  /** `group.consumer.assignors`: names; the first is that of groups whose members have no wish. */
  readonly groupConsumerAssignors: readonly string[];
  /** `group.consumer.regex.refresh.interval.ms` */
  readonly groupConsumerRegexRefreshIntervalMs: number;
  /** `group.consumer.migration.policy` */
  readonly groupConsumerMigrationPolicy: MigrationPolicy;
  /** `group.max.size`: of the classic group that one may become. */
  readonly groupMaxSize: number;
}

/** What a group has of its own instead. */
export interface GroupOverrides {
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
}

export interface ConsumerEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: ConsumerGroupSettings;
  /** As they are now. */
  readonly overridesOf: (groupId: string) => GroupOverrides;
  readonly topics: GroupTopics;
  readonly hash: TopicsHash;
  /** Appends what holds from now on, all of it or nothing. Null when it stands in the log; else why it does not. */
  readonly write: (groupId: string, records: readonly ConsumerRecord[]) => GroupError;
  /** As `write`, and a classic group goes on where this one ends. */
  readonly downgrade: (groupId: string, records: readonly ConsumerRecord[], group: DowngradedGroup) => GroupError;
  /** An id that no member has had, which begins with the prefix, or as much of it as there is room for. */
  readonly newMemberId: (prefix: string) => string;
}
