/** What a group is handed: time, its bounds, and where it writes. Types only. */
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../types.ts';
import type { GroupCounters } from '../group-counters.ts';
import type { GroupMetadata } from '../group-metadata-format.ts';
import type { GroupError } from '../group-requests.ts';

/** Under Kafka's names, where it has some. */
export interface GroupSettings {
  /** How long a group that was empty waits for more members before its first generation: `group.initial.rebalance.delay.ms`. */
  readonly groupInitialRebalanceDelayMs: number;
  /** `group.min.session.timeout.ms`, `group.max.session.timeout.ms`. */
  readonly groupMinSessionTimeoutMs: number;
  readonly groupMaxSessionTimeoutMs: number;
  /** `group.max.size` */
  readonly groupMaxSize: number;
}

export interface GroupEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: GroupSettings;
  readonly counters: GroupCounters;
  /** An id that no member has had, which begins with the client's id or the member's instance id, or as much of it as there is room for. */
  readonly newMemberId: (prefix: string) => string;
  /** Appends what holds of the group from now on. Null when it stands in the log; else why it does not. */
  readonly write: (groupId: string, metadata: GroupMetadata) => GroupError;
  /** Nobody is in the group, nobody is on the way to it, and nothing was ever written of it: it may be forgotten. */
  readonly unused: (groupId: string) => void;
}

/** Where an answer goes that may have to wait. Called once. */
export type Reply<Answer> = (answer: Answer) => void;
