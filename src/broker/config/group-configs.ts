/** Settings of a broker's consumer groups and of the topic that they are kept in. */
import { serverAssignors } from '../../group/consumer/server-assignors.ts';
import { groupNumbers } from '../../group/group-numbers.ts';
import { MIGRATION_POLICY_DEFAULT, migrationPolicies } from '../../group/migration/migration-policy.ts';
import {
  GROUP_CONSUMER_HEARTBEAT_INTERVAL_MAX_MS_DEFAULT,
  GROUP_CONSUMER_SESSION_TIMEOUT_MAX_MS_DEFAULT,
} from '../../limits.ts';
import { type BrokerConfigDefinition, int, list, long, oneOf } from './config-kind.ts';

const MINUTE_MS = 60_000;

export const groupConfigs = {
  'group.consumer.assignors': list({
    default: [...serverAssignors.keys()].join(','),
    documentation:
      'Assignors of groups of the consumer protocol (KIP-848): uniform, range. The first is that of groups whose members ask for none.',
  }),
  'group.consumer.heartbeat.interval.ms': int({
    default: groupNumbers.groupConsumerHeartbeatIntervalMs[0],
    min: groupNumbers.groupConsumerHeartbeatIntervalMs[1],
    documentation: 'How often members of groups of the consumer protocol are told to be heard of.',
  }),
  'group.consumer.max.heartbeat.interval.ms': int({
    default: GROUP_CONSUMER_HEARTBEAT_INTERVAL_MAX_MS_DEFAULT,
    min: 1,
    documentation: 'The longest consumer.heartbeat.interval.ms that a group may have of its own.',
  }),
  'group.consumer.max.session.timeout.ms': int({
    default: GROUP_CONSUMER_SESSION_TIMEOUT_MAX_MS_DEFAULT,
    min: 1,
    documentation: 'The longest consumer.session.timeout.ms that a group may have of its own.',
  }),
  'group.consumer.max.size': int({
    default: groupNumbers.groupConsumerMaxSize[0],
    min: groupNumbers.groupConsumerMaxSize[1],
    documentation: 'Members that a group of the consumer protocol may have. Default: as many as come.',
  }),
  'group.consumer.min.heartbeat.interval.ms': int({
    default: groupNumbers.groupConsumerHeartbeatIntervalMs[0],
    min: 1,
    documentation: 'The shortest consumer.heartbeat.interval.ms that a group may have of its own.',
  }),
  'group.consumer.min.session.timeout.ms': int({
    default: groupNumbers.groupConsumerSessionTimeoutMs[0],
    min: 1,
    documentation: 'The shortest consumer.session.timeout.ms that a group may have of its own.',
  }),
  'group.consumer.migration.policy': oneOf({
    default: MIGRATION_POLICY_DEFAULT,
    values: migrationPolicies,
    ignoresCase: true,
    documentation:
      'Which way groups may change their protocol while they have members: to the consumer protocol when the first member with it comes (upgrade), back when the last one has gone (downgrade), both (bidirectional), or not at all (disabled).',
  }),
  'group.consumer.regex.refresh.interval.ms': int({
    default: groupNumbers.groupConsumerRegexRefreshIntervalMs[0],
    min: groupNumbers.groupConsumerRegexRefreshIntervalMs[1],
    documentation: 'How often regular expressions that groups subscribe by are looked at, even when no topic was made.',
  }),
  'group.consumer.session.timeout.ms': int({
    default: groupNumbers.groupConsumerSessionTimeoutMs[0],
    min: groupNumbers.groupConsumerSessionTimeoutMs[1],
    documentation: 'How long a member of a group of the consumer protocol may be silent.',
  }),
  'group.initial.rebalance.delay.ms': int({
    default: groupNumbers.groupInitialRebalanceDelayMs[0],
    min: groupNumbers.groupInitialRebalanceDelayMs[1],
    documentation:
      'How long a group that was empty waits for more members before it begins. 0: it does not wait; Kafka has 3000 where nobody says otherwise, and 0 in the server.properties that it comes with.',
  }),
  'group.max.session.timeout.ms': int({
    default: groupNumbers.groupMaxSessionTimeoutMs[0],
    min: groupNumbers.groupMaxSessionTimeoutMs[1],
    documentation: 'The longest session that a member may ask for.',
  }),
  'group.max.size': int({
    default: groupNumbers.groupMaxSize[0],
    min: groupNumbers.groupMaxSize[1],
    documentation: 'Members that a group may have. Default: as many as come.',
  }),
  'group.min.session.timeout.ms': int({
    default: groupNumbers.groupMinSessionTimeoutMs[0],
    min: groupNumbers.groupMinSessionTimeoutMs[1],
    documentation: 'The shortest session that a member may ask for.',
  }),
  'offset.metadata.max.bytes': int({
    default: groupNumbers.offsetMetadataMaxBytes[0],
    min: groupNumbers.offsetMetadataMaxBytes[1],
    documentation: 'Characters of what may be committed with an offset.',
  }),
  'offsets.retention.check.interval.ms': long({
    default: groupNumbers.offsetsRetentionCheckIntervalMs[0],
    min: groupNumbers.offsetsRetentionCheckIntervalMs[1],
    documentation: 'How often offsets are looked for that have had their time.',
  }),
  'offsets.retention.minutes': int({
    default: groupNumbers.offsetsRetentionMs[0] / MINUTE_MS,
    min: 1,
    documentation: 'How long offsets are kept of a group that has no members, or of a topic that no member reads.',
  }),
  'offsets.topic.num.partitions': int({
    default: groupNumbers.offsetsPartitions[0],
    min: groupNumbers.offsetsPartitions[1],
    max: groupNumbers.offsetsPartitions[2],
    documentation: 'Partitions of __consumer_offsets when it is made.',
  }),
  'offsets.topic.segment.bytes': int({
    default: groupNumbers.offsetsSegmentBytes[0],
    min: groupNumbers.offsetsSegmentBytes[1],
    max: groupNumbers.offsetsSegmentBytes[2],
    documentation: 'The segment.bytes of __consumer_offsets when it is made.',
  }),
} as const satisfies Record<string, BrokerConfigDefinition>;
