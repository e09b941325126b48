/** What a membership is handed, and what it asks of the consumer that it belongs to. Types only. */
import type { Clock } from '../clock.ts';
import type { Assignor } from '../group/assignor/assignor.ts';
import type { GroupCoordinator } from '../group/group-requests.ts';
import type { Logger, TopicPartition } from '../types.ts';
import type { MembershipCounters } from './membership-counters.ts';
import type { StoreTopics } from './topic-subscription.ts';

/** The consumer: what it is told comes one after another, and is waited for. Nothing of it may throw. */
export interface MembershipHost {
  /** Topics that it subscribes to now. */
  subscribed(): string[];
  owned(): TopicPartition[];
  /** `all` or only those `unsubscribed` are given back, with their offsets committed; those `lost` may be others' already. */
  giveBack(which: 'all' | 'unsubscribed' | 'lost'): Promise<void>;
  /** Reads these and no others. True when it had to give some back for that. */
  take(partitions: readonly TopicPartition[]): Promise<boolean>;
  /** Nothing more is to come for now. */
  settled(): void;
  /** The group has given it up: nothing that is in hand need be waited for. */
  lost(): void;
  /** Settles when nothing is in hand any more of what was lost: what is done with it must not count as a new member's. */
  free(): Promise<true>;
  /** It is no member, and will not become one by itself. */
  failed(error: unknown): void;
  /** With each heartbeat. */
  beaten(): void;
}

export interface MembershipOptions {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly rackId: string | null;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly assignors: readonly Assignor[];
}

export interface MembershipEnvironment {
  readonly coordinator: GroupCoordinator;
  readonly topics: StoreTopics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: MembershipCounters;
}
