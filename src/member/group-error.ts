/** What a coordinator's errors mean for a member: what it does about them, and what its user is told. No I/O. (AbstractCoordinator, ConsumerCoordinator.) */
import { type ErrorCode, MillraceError } from '../errors.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';

/**
 * `again`: ask the same once more, after a while. `rejoin`: join, as the member that it is. `renew`: join, in no generation any more. `anew`: join as a new
 * member. `end`: it cannot be a member.
 */
export type Reaction = 'again' | 'rejoin' | 'renew' | 'anew' | 'end';

const reactions: Partial<Record<KafkaErrorName, Reaction>> = {
  COORDINATOR_LOAD_IN_PROGRESS: 'again',
  COORDINATOR_NOT_AVAILABLE: 'again',
  NOT_COORDINATOR: 'again',
  REQUEST_TIMED_OUT: 'again',
  NETWORK_EXCEPTION: 'again',
  MEMBER_ID_REQUIRED: 'rejoin',
  REBALANCE_IN_PROGRESS: 'rejoin',
  ILLEGAL_GENERATION: 'renew',
  UNKNOWN_MEMBER_ID: 'anew',
};

/** To an error of a join, a sync or a heartbeat. */
export function reactionTo(error: KafkaErrorName): Reaction {
  return reactions[error] ?? 'end';
}

const RETRIABLE_COMMITS: ReadonlySet<KafkaErrorName> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'REQUEST_TIMED_OUT',
  'NETWORK_EXCEPTION',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNSTABLE_OFFSET_COMMIT',
]);

/** Whether a commit, or a question for offsets, may succeed if it comes again. */
export function isWorthAnother(error: KafkaErrorName): boolean {
  return RETRIABLE_COMMITS.has(error);
}

const codes: Partial<Record<KafkaErrorName, readonly [ErrorCode, string]>> = {
  REBALANCE_IN_PROGRESS: ['ERR_MILLRACE_REBALANCE_IN_PROGRESS', 'it is rebalancing'],
  UNKNOWN_MEMBER_ID: ['ERR_MILLRACE_UNKNOWN_MEMBER', 'the consumer is no member any more'],
  ILLEGAL_GENERATION: ['ERR_MILLRACE_UNKNOWN_MEMBER', 'it has another generation by now'],
  FENCED_INSTANCE_ID: [
    'ERR_MILLRACE_MEMBER_FENCED',
    'another member of the same groupInstanceId has taken the place of this one',
  ],
  GROUP_MAX_SIZE_REACHED: ['ERR_MILLRACE_GROUP_REFUSED', 'it has as many members as it may have'],
  INCONSISTENT_GROUP_PROTOCOL: [
    'ERR_MILLRACE_GROUP_REFUSED',
    'its members have no assignor in common with this consumer, or it is of another kind',
  ],
  INVALID_SESSION_TIMEOUT: [
    'ERR_MILLRACE_GROUP_REFUSED',
    'sessionTimeoutMs is outside the bounds of the store (groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs)',
  ],
  INVALID_GROUP_ID: ['ERR_MILLRACE_GROUP_REFUSED', 'its name is none that a group can have'],
  OFFSET_METADATA_TOO_LARGE: ['ERR_MILLRACE_TOO_LARGE', 'the metadata of an offset is longer than it may be'],
  INVALID_COMMIT_OFFSET_SIZE: ['ERR_MILLRACE_TOO_LARGE', 'the offsets are too many for one batch'],
  INVALID_PRODUCER_EPOCH: ['ERR_MILLRACE_PRODUCER_FENCED', 'a producer of a newer epoch has written since'],
  INVALID_TXN_STATE: ['ERR_MILLRACE_TRANSACTION_STATE', 'the transaction is over'],
};

/** As the user of a consumer or a transaction is told of it. `isFull`: what may be meant is that the disk is (`CommitAnswer`). */
export function groupError(error: KafkaErrorName, groupId: string, isFull = false): MillraceError {
  if (isFull && error === 'COORDINATOR_NOT_AVAILABLE')
    return new MillraceError(
      'ERR_MILLRACE_NO_SPACE',
      `group "${groupId}": there is no room on the disk for its offsets`,
    );
  const [code, meaning] = codes[error] ?? ['ERR_MILLRACE_IO', `its coordinator answers ${error}`];
  return new MillraceError(code, `group "${groupId}": ${meaning}`);
}
