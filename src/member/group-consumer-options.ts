/** What a consumer of a group can be told, under the names of Kafka's clients where they have some; checked at the door. */
import type { MessagePort } from 'node:worker_threads';
import {
  checkConsumerOptions,
  checkCount,
  checkNames,
  CONSUMER_OPTION_NAMES,
  type CheckedConsumerOptions,
  type ConsumerOptions,
} from '../consumer/consumer-options.ts';
import { invalidArgument } from '../errors.ts';
import type { Assignor } from '../group/assignor/assignor.ts';
import {
  AUTO_COMMIT_INTERVAL_MS_DEFAULT,
  HEARTBEAT_INTERVAL_MS_DEFAULT,
  REBALANCE_TIMEOUT_MS_DEFAULT,
  SESSION_TIMEOUT_MS_DEFAULT,
  TIMER_MAX_MS,
} from '../limits.ts';
import type { TopicPartition } from '../types.ts';
import { type AssignorChoice, checkAssignors } from './assignor-choice.ts';
import { checkTopics, type SubscribedTopic } from './topic-subscription.ts';

/** May return a promise: the rebalance waits for it. */
export type PartitionsHandler = (partitions: TopicPartition[]) => unknown;

export interface GroupConsumerOptions extends ConsumerOptions {
  /** `group.id` */
  readonly groupId: string;
  /** Topics to read, or patterns of their names; also later by `subscribe`. */
  readonly topics?: SubscribedTopic | readonly SubscribedTopic[];
  /** `group.instance.id`: a static member (KIP-345), which keeps its partitions over a restart within its session time-out. */
  readonly groupInstanceId?: string;
  /** `client.rack` (KIP-881): where it is. Told to whoever leads the group; assignors heed it where replicas have racks, too, which those of a store have not. */
  readonly rackId?: string;
  /** `session.timeout.ms`: after so long without a sign of life it is no member any more. Default 45,000. */
  readonly sessionTimeoutMs?: number;
  /** `heartbeat.interval.ms`: how often it gives one, and looks for topics and partitions that are new. Default 3,000. */
  readonly heartbeatIntervalMs?: number;
  /** `max.poll.interval.ms`: what may be in hand for so long before others get its partitions, and how long a rebalance waits for it. Default 300,000. */
  readonly rebalanceTimeoutMs?: number;
  /** `partition.assignment.strategy`: the one that it likes best first. Default `range`, then `cooperative-sticky`. */
  readonly assignors?: readonly AssignorChoice[];
  /** `enable.auto.commit`: commits by itself what was handled. Default true. */
  readonly autoCommit?: boolean;
  /** `auto.commit.interval.ms`. Default 5,000. */
  readonly autoCommitIntervalMs?: number;
  /** Told after each rebalance of partitions that are new, before a record of them is handed out. A `seek` in it counts. */
  readonly onAssigned?: PartitionsHandler;
  /** Told of partitions that are taken away, when nothing of them is in hand any more, and before others get them: a commit in it counts. */
  readonly onRevoked?: PartitionsHandler;
  /** Told of partitions that others may have got already, since the group has given the consumer up. Default: `onRevoked` is told. */
  readonly onLost?: PartitionsHandler;
  /** In a worker thread: a port of `store.coordinatorPort()` of the thread that writes. */
  readonly coordinator?: MessagePort;
}

export interface CheckedGroupOptions {
  readonly consumer: CheckedConsumerOptions;
  readonly groupId: string;
  readonly topics: readonly SubscribedTopic[];
  readonly groupInstanceId: string | null;
  readonly rackId: string | null;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly assignors: readonly Assignor[];
  readonly autoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  readonly onAssigned: PartitionsHandler;
  readonly onRevoked: PartitionsHandler;
  readonly onLost: PartitionsHandler;
}

const NAMES: readonly (keyof GroupConsumerOptions)[] = [
  'groupId',
  'topics',
  'groupInstanceId',
  'rackId',
  'sessionTimeoutMs',
  'heartbeatIntervalMs',
  'rebalanceTimeoutMs',
  'assignors',
  'autoCommit',
  'autoCommitIntervalMs',
  'onAssigned',
  'onRevoked',
  'onLost',
  'coordinator',
];

/** Whether they are those of a consumer of a group: one of them is enough, so that a misspelt `groupid` is told. */
export function isOfGroup(options: object): options is GroupConsumerOptions {
  return NAMES.some((name) => name in options);
}

/** `name` is what it is called when the options do not say. */
export function checkGroupOptions(options: GroupConsumerOptions, name?: string): CheckedGroupOptions {
  checkNames(options, [...CONSUMER_OPTION_NAMES, ...NAMES], 'a consumer of a group');
  const { groupId, groupInstanceId = null, rackId = null, autoCommit = true, topics = [], assignors } = options;
  const own = Object.fromEntries(Object.entries(options).filter(([key]) => CONSUMER_OPTION_NAMES.includes(key)));
  if (typeof groupId !== 'string' || groupId === '') throw invalidArgument('groupId', 'the name of a group', groupId);
  if (groupInstanceId !== null && (typeof groupInstanceId !== 'string' || groupInstanceId === ''))
    throw invalidArgument('groupInstanceId', 'a name', groupInstanceId);
  if (rackId !== null && (typeof rackId !== 'string' || rackId === ''))
    throw invalidArgument('rackId', 'the name of a rack', rackId);
  if (typeof autoCommit !== 'boolean') throw invalidArgument('autoCommit', 'a boolean', autoCommit);
  const times = checkTimes(options);
  return {
    consumer: checkConsumerOptions(own, name),
    groupId,
    topics: checkTopics(topics),
    groupInstanceId,
    rackId,
    assignors: checkAssignors(assignors),
    autoCommit,
    ...times,
    ...checkHandlers(options),
  };
}

function checkTimes(options: GroupConsumerOptions) {
  const {
    sessionTimeoutMs = SESSION_TIMEOUT_MS_DEFAULT,
    heartbeatIntervalMs = Math.min(HEARTBEAT_INTERVAL_MS_DEFAULT, Math.ceil(sessionTimeoutMs / 3)),
    rebalanceTimeoutMs = REBALANCE_TIMEOUT_MS_DEFAULT,
    autoCommitIntervalMs = AUTO_COMMIT_INTERVAL_MS_DEFAULT,
  } = options;
  const times = { sessionTimeoutMs, heartbeatIntervalMs, rebalanceTimeoutMs, autoCommitIntervalMs };
  for (const [each, value] of Object.entries(times)) checkCount(each, value, TIMER_MAX_MS);
  if (heartbeatIntervalMs >= sessionTimeoutMs)
    throw invalidArgument(
      'heartbeatIntervalMs',
      `less than sessionTimeoutMs, ${sessionTimeoutMs}`,
      heartbeatIntervalMs,
    );
  return times;
}

function checkHandlers({ onAssigned = () => undefined, onRevoked = () => undefined, onLost }: GroupConsumerOptions) {
  const handlers = { onAssigned, onRevoked, onLost: onLost ?? onRevoked };
  for (const [name, handler] of Object.entries(handlers))
    if (typeof handler !== 'function') throw invalidArgument(name, 'a function', handler);
  return handlers;
}
