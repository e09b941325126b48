/** What `openStore` can be told, checked at the door. */
import { availableParallelism } from 'node:os';
import { type Clock, systemClock } from '../clock.ts';
import { invalidArgument, MillraceError, show } from '../errors.ts';
import type { FileAccess } from '../file/disk-choice.ts';
import type { FileSystem } from '../file/file-system.ts';
import { OFFSET_MAP_BYTES_MIN } from '../compaction/offset-map.ts';
import {
  CHECKPOINT_INTERVAL_MS,
  COMPACTION_BUFFER_BYTES_DEFAULT,
  COMPACTION_BUFFER_BYTES_MAX,
  COMPACTION_INTERVAL_MS,
  PARTITIONS_PER_TOPIC_MAX,
  PRODUCER_ID_EXPIRATION_MS_DEFAULT,
  RECOVERY_THREADS_MAX,
  RETENTION_CHECK_INTERVAL_MS,
  TIMER_MAX_MS,
  TRANSACTION_TIMEOUT_MAX_MS_DEFAULT,
  TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT,
} from '../limits.ts';
import type { GroupSettings } from '../group/classic/group-environment.ts';
import type { ConsumerGroupSettings } from '../group/consumer/consumer-environment.ts';
import { serverAssignors } from '../group/consumer/server-assignors.ts';
import type { CommitSettings } from '../group/group-commits.ts';
import { groupNumbers } from '../group/group-numbers.ts';
import type { RetentionSettings } from '../group/groups.ts';
import {
  MIGRATION_POLICY_DEFAULT,
  type MigrationPolicy,
  migrationPolicies,
} from '../group/migration/migration-policy.ts';
import { COORDINATOR_PARTITIONS_DEFAULT } from '../protocol/coordinator-partition.ts';
import type { Logger } from '../types.ts';
import type { InternalTopicSettings } from './internal-topics.ts';
import { suggestion } from './nearest-name.ts';
import type { RecoveryProgress } from './recovery.ts';
import type { TransactionSettings } from './store-transactions.ts';
import { changeTopicConfig, effectiveConfig, type TopicConfig, type TopicConfigInput } from './topic-config.ts';

export interface StoreOptions {
  /** Open for reading only: takes no lock, writes nothing, and follows what another process writes. Default false. */
  readonly readOnly?: boolean;
  /** Settings of topics that have none of their own; default: Kafka's, with a retention of three days. */
  readonly defaults?: TopicConfigInput;
  /** Anything with pino's methods; default: nothing is logged. */
  readonly logger?: Logger;
  /** Called after each partition that is recovered, when the last stop was not a clean one. */
  readonly onRecovery?: (progress: RecoveryProgress) => void;
  /** Called once when a failed write or flush takes the directory offline. */
  readonly onFailure?: (error: MillraceError) => void;
  /** Worker threads for recovery; 0 recovers on this thread. Default: as many as there are processors, at most 4. */
  readonly recoveryThreads?: number;
  /** How often recovery points are written. Default 60,000. */
  readonly checkpointIntervalMs?: number;
  /** How often it is looked for logs that are due to be compacted. Default 15,000. */
  readonly compactionIntervalMs?: number;
  /** Memory for the keys of a log while it is compacted: 32 bytes a key; more keys take several passes. Default 128 MiB. */
  readonly compactionBufferBytes?: number;
  /** Bytes that compaction reads and writes in a second, at most; 0, the default, is without bound. */
  readonly compactionBytesPerSecond?: number;
  /**
   * How long a log remembers a producer that writes no more and has no transaction open; what it sends later is taken as if it were new. Default a
   * day. (Kafka: `producer.id.expiration.ms`.)
   */
  readonly producerIdExpirationMs?: number;
  /** How often old segments are looked for and removed; for the first time after 30,000 at the latest. Default 300,000. */
  readonly retentionCheckIntervalMs?: number;
  /** How files are read and written. Default: `map` wherever the runtime allows it (Electron does not). */
  readonly fileAccess?: FileAccess;
  /** Kafka's `transaction.max.timeout.ms`. Default 900,000. */
  readonly transactionMaxTimeoutMs?: number;
  /** Kafka's `transactional.id.expiration.ms`: when a transactional id that nobody uses is forgotten. Default seven days. */
  readonly transactionalIdExpirationMs?: number;
  /** Partitions of `__transaction_state` when it is made; never changed later. Default 50, as in Kafka. */
  readonly transactionStatePartitions?: number;
  /** Partitions of `__consumer_offsets` when it is made; never changed later. Default 50, as in Kafka. */
  readonly offsetsPartitions?: number;
  /** Kafka's `offsets.topic.segment.bytes`, when it is made. Default 100 MiB. */
  readonly offsetsSegmentBytes?: number;
  /** Kafka's `offset.metadata.max.bytes`: of what is committed with an offset. Default 4,096. */
  readonly offsetMetadataMaxBytes?: number;
  /** Kafka's `group.initial.rebalance.delay.ms`: how long a consumer group that was empty waits for more members. Default 0: it does not wait. */
  readonly groupInitialRebalanceDelayMs?: number;
  /** Kafka's `group.min.session.timeout.ms`. Default 6,000. */
  readonly groupMinSessionTimeoutMs?: number;
  /** Kafka's `group.max.session.timeout.ms`. Default 1,800,000. */
  readonly groupMaxSessionTimeoutMs?: number;
  /** Kafka's `group.max.size`: members that a consumer group may have. Default: as many as come. */
  readonly groupMaxSize?: number;
  /** Kafka's `group.consumer.session.timeout.ms`: how long a member of a group of the consumer protocol (KIP-848) may be silent. Default 45,000. */
  readonly groupConsumerSessionTimeoutMs?: number;
  /** Kafka's `group.consumer.heartbeat.interval.ms`: how often such members are told to be heard of. Default 5,000. */
  readonly groupConsumerHeartbeatIntervalMs?: number;
  /** Kafka's `group.consumer.max.size`. Default: as many as come. */
  readonly groupConsumerMaxSize?: number;
  /** Kafka's `group.consumer.assignors`, `uniform` and `range` by default; the first is that of groups whose members have no wish. */
  readonly groupConsumerAssignors?: readonly string[];
  /** Kafka's `group.consumer.regex.refresh.interval.ms`. Default 600,000. */
  readonly groupConsumerRegexRefreshIntervalMs?: number;
  /** Kafka's `group.consumer.migration.policy`: which way groups may change their protocol while they have members. Default `bidirectional`. */
  readonly groupConsumerMigrationPolicy?: MigrationPolicy;
  /** Kafka's `offsets.retention.minutes`, in milliseconds: how long offsets are kept that nobody uses any more (KIP-211). Default seven days. */
  readonly offsetsRetentionMs?: number;
  /** Kafka's `offsets.retention.check.interval.ms`: how often offsets are looked for that have had their time. Default 600,000. */
  readonly offsetsRetentionCheckIntervalMs?: number;
  /**
   * Kafka's `node.id`: that of a directory that is new, default 0. A directory that has another one is refused; read-only opening does not look at it.
   */
  readonly nodeId?: number;
  readonly clock?: Clock;
  /** In place of the real one; it is not closed with the store. */
  readonly fileSystem?: FileSystem;
}

export interface CheckedOptions
  extends
    TransactionSettings,
    InternalTopicSettings,
    GroupSettings,
    ConsumerGroupSettings,
    CommitSettings,
    RetentionSettings {
  readonly readOnly: boolean;
  readonly defaults: TopicConfig;
  readonly logger: Logger;
  readonly onRecovery?: (progress: RecoveryProgress) => void;
  readonly onFailure?: (error: MillraceError) => void;
  readonly recoveryThreads: number;
  readonly checkpointIntervalMs: number;
  readonly compactionIntervalMs: number;
  readonly compactionBufferBytes: number;
  readonly compactionBytesPerSecond: number;
  readonly producerIdExpirationMs: number;
  readonly retentionCheckIntervalMs: number;
  /** null: whatever the directory has. */
  readonly nodeId: number | null;
  readonly clock: Clock;
  readonly fileAccess: FileAccess | null;
  readonly fileSystem: FileSystem | null;
}

/** What each option must be. An unknown name is refused: `readonly` for `readOnly` would open for writing. */
const kinds: Record<keyof StoreOptions, 'boolean' | 'function' | 'object' | 'number' | 'string'> = {
  readOnly: 'boolean',
  defaults: 'object',
  logger: 'object',
  onRecovery: 'function',
  onFailure: 'function',
  recoveryThreads: 'number',
  checkpointIntervalMs: 'number',
  compactionIntervalMs: 'number',
  compactionBufferBytes: 'number',
  compactionBytesPerSecond: 'number',
  producerIdExpirationMs: 'number',
  retentionCheckIntervalMs: 'number',
  transactionMaxTimeoutMs: 'number',
  transactionalIdExpirationMs: 'number',
  transactionStatePartitions: 'number',
  offsetsPartitions: 'number',
  offsetsSegmentBytes: 'number',
  offsetMetadataMaxBytes: 'number',
  groupInitialRebalanceDelayMs: 'number',
  groupMinSessionTimeoutMs: 'number',
  groupMaxSessionTimeoutMs: 'number',
  groupMaxSize: 'number',
  groupConsumerSessionTimeoutMs: 'number',
  groupConsumerHeartbeatIntervalMs: 'number',
  groupConsumerMaxSize: 'number',
  groupConsumerAssignors: 'object',
  groupConsumerRegexRefreshIntervalMs: 'number',
  groupConsumerMigrationPolicy: 'string',
  offsetsRetentionMs: 'number',
  offsetsRetentionCheckIntervalMs: 'number',
  nodeId: 'number',
  fileAccess: 'string',
  clock: 'object',
  fileSystem: 'object',
};
const NODE_ID_MAX = 0x7fff_ffff;
const RECOVERY_THREADS_DEFAULT = Math.min(4, availableParallelism());

export function checkOptions(options: unknown): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name)) {
      throw new MillraceError(
        'ERR_MILLRACE_INVALID_ARGUMENT',
        `${show(name)} is no option of a store${suggestion(name, Object.keys(kinds))}`,
      );
    }
    const kind = kinds[name as keyof StoreOptions];
    if (value !== undefined && (typeof value !== kind || value === null))
      throw invalidArgument(name, `${kind === 'object' ? 'an' : 'a'} ${kind}`, value);
  }
  const given = options as StoreOptions;
  const defaults = changeTopicConfig({}, given.defaults ?? {});
  effectiveConfig({}, defaults);
  return {
    readOnly: given.readOnly ?? false,
    defaults,
    logger: given.logger ?? {},
    onRecovery: given.onRecovery,
    onFailure: given.onFailure,
    ...checkNumbers(given),
    groupConsumerAssignors: checkAssignors(given.groupConsumerAssignors ?? [...serverAssignors.keys()]),
    groupConsumerMigrationPolicy: checkPolicy(given.groupConsumerMigrationPolicy ?? MIGRATION_POLICY_DEFAULT),
    nodeId: given.nodeId === undefined ? null : inRange('nodeId', given.nodeId, 0, NODE_ID_MAX),
    clock: given.clock ?? systemClock,
    fileAccess: checkAccess(given.fileAccess, given.fileSystem),
    fileSystem: given.fileSystem ?? null,
  };
}

function checkAssignors(names: readonly unknown[]): readonly string[] {
  const areKnown = Array.isArray(names) && names.every((name) => serverAssignors.has(name));
  if (areKnown && names.length > 0) return names as string[];
  throw invalidArgument('groupConsumerAssignors', `some of ${[...serverAssignors.keys()].join(', ')}`, names);
}

function checkPolicy(policy: MigrationPolicy): MigrationPolicy {
  if (migrationPolicies.includes(policy)) return policy;
  throw invalidArgument('groupConsumerMigrationPolicy', `one of ${migrationPolicies.join(', ')}`, policy);
}

export function checkDirectory(directory: unknown): asserts directory is string {
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw invalidArgument('directory', 'the path of a directory', directory);
  }
}

function checkAccess(access: unknown, fileSystem: FileSystem | undefined): FileAccess | null {
  if (access === undefined) return null;
  if (access !== 'map' && access !== 'copy') throw invalidArgument('fileAccess', "'map' or 'copy'", access);
  if (fileSystem !== undefined) throw invalidArgument('fileAccess', 'left out with a fileSystem', access);
  return access;
}

/** Default, least and most of each option that is a number. */
const numbers = {
  recoveryThreads: [RECOVERY_THREADS_DEFAULT, 0, RECOVERY_THREADS_MAX],
  checkpointIntervalMs: [CHECKPOINT_INTERVAL_MS, 1, TIMER_MAX_MS],
  compactionIntervalMs: [COMPACTION_INTERVAL_MS, 1, TIMER_MAX_MS],
  compactionBufferBytes: [COMPACTION_BUFFER_BYTES_DEFAULT, OFFSET_MAP_BYTES_MIN, COMPACTION_BUFFER_BYTES_MAX],
  compactionBytesPerSecond: [0, 0, Number.MAX_SAFE_INTEGER],
  producerIdExpirationMs: [PRODUCER_ID_EXPIRATION_MS_DEFAULT, 1, Number.MAX_SAFE_INTEGER],
  retentionCheckIntervalMs: [RETENTION_CHECK_INTERVAL_MS, 1, TIMER_MAX_MS],
  transactionMaxTimeoutMs: [TRANSACTION_TIMEOUT_MAX_MS_DEFAULT, 1, TIMER_MAX_MS],
  transactionalIdExpirationMs: [TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT, 1, Number.MAX_SAFE_INTEGER],
  transactionStatePartitions: [COORDINATOR_PARTITIONS_DEFAULT, 1, PARTITIONS_PER_TOPIC_MAX],
  ...groupNumbers,
} as const;

function checkNumbers(given: StoreOptions): Record<keyof typeof numbers, number> {
  const checked = {} as Record<keyof typeof numbers, number>;
  for (const [name, [standard, min, max]] of Object.entries(numbers)) {
    checked[name as keyof typeof numbers] = inRange(name, given[name as keyof typeof numbers] ?? standard, min, max);
  }
  return checked;
}

function inRange(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw invalidArgument(name, `a whole number from ${min} to ${max}`, value);
}
