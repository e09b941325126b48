/** Settings of a broker's data directory, of the topics that it makes, and of what it does in the background. */
import { availableParallelism } from 'node:os';
import {
  CHECKPOINT_INTERVAL_MS,
  COMPACTION_BUFFER_BYTES_DEFAULT,
  COMPACTION_BUFFER_BYTES_MAX,
  COMPACTION_INTERVAL_MS,
  PARTITIONS_PER_TOPIC_MAX,
  PRODUCER_ID_EXPIRATION_MS_DEFAULT,
  RECOVERY_THREADS_MAX,
  RETENTION_CHECK_INTERVAL_MS,
  TRANSACTION_TIMEOUT_MAX_MS_DEFAULT,
  TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT,
} from '../../limits.ts';
import { OFFSET_MAP_BYTES_MIN } from '../../compaction/offset-map.ts';
import { COORDINATOR_PARTITIONS_DEFAULT } from '../../protocol/coordinator-partition.ts';
import { bool, type BrokerConfigDefinition, double, int, list, long, optionalInt } from './config-kind.ts';

/** As many as a store takes by itself. */
const RECOVERY_THREADS_DEFAULT = Math.min(4, availableParallelism());

export const storageConfigs = {
  'node.id': optionalInt({
    min: 0,
    documentation:
      'The broker’s number. That of a data directory stays as it is: another one is refused. A new directory without it gets 0.',
  }),
  'broker.id': optionalInt({ min: 0, documentation: 'The older name of node.id, which is stronger.' }),
  'log.dirs': list({
    default: '',
    documentation: 'The data directory; there can be one. Default ./data.',
  }),
  'log.dir': list({ default: '', documentation: 'As log.dirs, which is stronger.' }),
  'auto.create.topics.enable': bool({
    default: true,
    documentation:
      'Makes a topic that a client asks for by Metadata, if the client allows it; for one request as many partitions as CreateTopics makes, 10,000.',
  }),
  'delete.topic.enable': bool({ default: true, documentation: 'Lets clients delete topics.' }),
  'num.partitions': int({
    default: 1,
    min: 1,
    max: PARTITIONS_PER_TOPIC_MAX,
    documentation: 'Partitions of a topic that is made without their number.',
  }),
  'default.replication.factor': int({
    default: 1,
    min: 1,
    max: 0x7fff,
    documentation: 'The replication factor of a topic that is made without one. There is one copy, whatever it says.',
  }),
  'millrace.replication.factor.max': int({
    default: 3,
    min: 1,
    max: 0x7fff,
    documentation: 'The largest replication factor that a client may ask for. There is one copy, whatever it asks for.',
  }),
  'log.cleaner.backoff.ms': long({
    default: COMPACTION_INTERVAL_MS,
    min: 1,
    documentation: 'How often it is looked for logs that are due to be compacted.',
  }),
  'log.cleaner.dedupe.buffer.size': long({
    default: COMPACTION_BUFFER_BYTES_DEFAULT,
    min: OFFSET_MAP_BYTES_MIN,
    max: COMPACTION_BUFFER_BYTES_MAX,
    documentation: 'Memory for the keys of a log while it is compacted.',
  }),
  'log.cleaner.io.max.bytes.per.second': double({
    default: Number.MAX_VALUE,
    min: 1,
    documentation: 'What compaction reads and writes in a second, at most. Default: as fast as it can.',
  }),
  'log.flush.offset.checkpoint.interval.ms': int({
    default: CHECKPOINT_INTERVAL_MS,
    min: 1,
    documentation: 'How often recovery points and the starts of logs are written.',
  }),
  'log.retention.check.interval.ms': long({
    default: RETENTION_CHECK_INTERVAL_MS,
    min: 1,
    documentation: 'How often old segments are looked for and removed.',
  }),
  'num.recovery.threads.per.data.dir': int({
    default: RECOVERY_THREADS_DEFAULT,
    min: 1,
    max: RECOVERY_THREADS_MAX,
    documentation:
      'Threads that recover logs after a stop that was not clean. Default: as many as there are processors, at most 4.',
  }),
  'producer.id.expiration.ms': int({
    default: PRODUCER_ID_EXPIRATION_MS_DEFAULT,
    min: 1,
    documentation: 'How long a log remembers a producer that writes no more.',
  }),
  'transaction.max.timeout.ms': int({
    default: TRANSACTION_TIMEOUT_MAX_MS_DEFAULT,
    min: 1,
    documentation: 'The longest time-out that a client may give its transactions.',
  }),
  'transaction.state.log.num.partitions': int({
    default: COORDINATOR_PARTITIONS_DEFAULT,
    min: 1,
    max: PARTITIONS_PER_TOPIC_MAX,
    documentation: 'Partitions of __transaction_state when it is made.',
  }),
  'transactional.id.expiration.ms': int({
    default: TRANSACTIONAL_ID_EXPIRATION_MS_DEFAULT,
    min: 1,
    documentation: 'When a transactional id that nobody uses is forgotten.',
  }),
} as const satisfies Record<string, BrokerConfigDefinition>;
