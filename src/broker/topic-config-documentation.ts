/** What each setting of a topic means, in a sentence: what clients are shown that ask for documentation. docs/operations.md says more. */
import type { TopicConfigName } from '../store/topic-config.ts';

const TIERED = 'Belongs to tiered storage, which there is not.';
const REPLICATION = 'Belongs to replication: stored, and not obeyed.';
const LEVEL = 'The level of compression of this codec: stored, and not obeyed.';

export const topicConfigDocumentation: Readonly<Record<TopicConfigName, string>> = {
  'cleanup.policy': 'delete removes old segments; compact keeps the newest record of each key; both may be given.',
  'compression.gzip.level': LEVEL,
  'compression.lz4.level': LEVEL,
  'compression.type': 'producer keeps what the producer chose; any other codec is applied to every batch.',
  'compression.zstd.level': LEVEL,
  'delete.retention.ms': 'How long a record without a value stays after it was compacted for the first time.',
  'file.delete.delay.ms': 'Stored, and not needed: a segment that goes stays readable for those who read it.',
  'flush.messages':
    'A flush is begun when so many records are not durable; with 1 a producer is answered after the flush.',
  'flush.ms': 'A flush is begun when a record has not been durable for so long.',
  'follower.replication.throttled.replicas': REPLICATION,
  'index.interval.bytes': 'Bytes of batches between two entries of an index.',
  'leader.replication.throttled.replicas': REPLICATION,
  'local.retention.bytes': TIERED,
  'local.retention.ms': TIERED,
  'max.compaction.lag.ms': 'A segment is ended and compacted when its first record has waited so long.',
  'max.message.bytes': 'The largest batch that is accepted.',
  'message.timestamp.after.max.ms': 'A record whose CreateTime is further ahead of the clock is refused.',
  'message.timestamp.before.max.ms': 'A record whose CreateTime is further behind the clock is refused.',
  'message.timestamp.type': 'CreateTime keeps the producer’s timestamps; LogAppendTime gives those of the append.',
  'min.cleanable.dirty.ratio': 'A log is compacted when more of what may be compacted is new.',
  'min.compaction.lag.ms': 'A segment with a record younger than this is not compacted yet.',
  'min.insync.replicas': REPLICATION,
  preallocate: 'Stored, and not needed: space is always reserved in steps.',
  'remote.log.copy.disable': TIERED,
  'remote.log.delete.on.disable': TIERED,
  'remote.storage.enable': TIERED,
  'retention.bytes': 'Segments go as long as the rest of the log has so many bytes; -1 keeps all.',
  'retention.ms': 'A segment goes when its newest record is older; -1 keeps for ever.',
  'segment.bytes': 'A segment that would become larger is ended and a new one begun.',
  'segment.index.bytes': 'A segment is ended when one of its indexes would become larger.',
  'segment.jitter.ms': 'Stored, and not obeyed.',
  'segment.ms': 'A segment is ended at the next append when its first record is older than this.',
  'unclean.leader.election.enable': REPLICATION,
};
