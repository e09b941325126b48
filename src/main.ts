/**
 * millrace: Kafka's partition log as a library.
 *
 *     const store = await openStore('data');
 *     await store.createTopic('orders', { partitions: 4 });
 *     const receipt = store.partition('orders', 0).append([{ key: 'c-17', value: bytes }]);
 *     await receipt.durable;
 *
 * Errors are `MillraceError`s; match on their `code`.
 */
export { type Clock } from './clock.ts';
export type { Consumer } from './consumer/consumer.ts';
export type { ConsumerBatch } from './consumer/consumer-batch.ts';
export type {
  AutoOffsetReset,
  ConsumerOptions,
  HandlingOptions,
  Isolation,
  OffsetReset,
  ReadableOptions,
} from './consumer/consumer-options.ts';
export type {
  ConsumerPartitionStatistics,
  ConsumerStatistics,
  ConsumerTopicStatistics,
} from './consumer/consumer-statistics.ts';
export type { ConsumerRecord } from './consumer/consumer-record.ts';
export type { BatchHandler } from './consumer/record-handling.ts';
export type { RecordHandler } from './consumer/record-walk.ts';
export type { PartitionConsumer, PartitionOffset, PartitionOffsetForTime } from './consumer/partition-consumer.ts';
export type { RecordReadable } from './consumer/record-readable.ts';
export type { Assignable, PartitionToAssign, SeekTarget } from './consumer/topic-logs.ts';
export { type ErrorCode, errorCodes, isMillraceError, MillraceError, type SystemErrorDetails } from './errors.ts';
export type { Assignment } from './group/assignment-format.ts';
export type {
  Assignor,
  JoiningMember,
  MemberSubscription,
  RebalanceProtocol,
  TopicsMetadata,
} from './group/assignor/assignor.ts';
export type { Subscription } from './group/subscription-format.ts';
export type { AssignorChoice, AssignorName } from './member/assignor-choice.ts';
export type { GroupConsumer } from './member/group-consumer.ts';
export type { GroupConsumerOptions, PartitionsHandler } from './member/group-consumer-options.ts';
export type { GroupStatistics } from './member/membership-counters.ts';
export type { CommitCallback } from './member/offset-commits.ts';
export type { SubscribedTopic } from './member/topic-subscription.ts';
export type { FileAccess } from './file/disk-choice.ts';
export type { FileSystem } from './file/file-system.ts';
export type { FlushStatistics } from './file/flusher.ts';
export type { AbortedTransaction } from './index/transaction-index.ts';
export type { WaitOptions } from './log/arrivals.ts';
export type { FollowedLog } from './log/log-follower.ts';
export type { CommittedOffset } from './group/offset-table.ts';
export type { LogReader, ReadOptions } from './log/log-reader.ts';
export type { Damage } from './log/log-recovery.ts';
export type { LogSettings } from './log/log-settings.ts';
export type { AppendBatchesOptions, AppendOptions } from './log/append-options.ts';
export type { LogTraffic } from './log/log-traffic.ts';
export type { BatchOwner, OpenBatch, OpenBatchOptions } from './log/open-batch.ts';
export type { PartitionLog } from './log/partition-log.ts';
export type { ProducerEntry } from './log/producer-snapshot.ts';
export type { EndTransactionOptions, ProducerStamp } from './log/producer-stamp.ts';
export type { OpenTransaction } from './log/producer-states.ts';
export type { Receipt } from './log/receipt.ts';
export type { RemovedSegments } from './log/retained-log.ts';
export type { OffsetSpec, TimestampedOffset } from './log/timestamp-lookup.ts';
export type { RecordMetadata } from './producer/delivery.ts';
export type { OffsetsGroup } from './producer/offset-input.ts';
export { partitionForKey } from './producer/murmur2.ts';
export type { Partitioner, PartitionerFunction, PartitionerInput, ProducerRecord } from './producer/partitioner.ts';
export type { CloseOptions, Producer, SendOptions } from './producer/producer.ts';
export type { ProducerOptions } from './producer/producer-options.ts';
export type { ProducerStatistics, ProducerTopicStatistics } from './producer/producer-statistics.ts';
export type { SampledStatistics } from './producer/sampled-value.ts';
export type { Transaction } from './producer/transaction.ts';
export type { TransactionalProducer } from './producer/transactional-producer.ts';
export type { TransactionalProducerOptions } from './producer/transactional-options.ts';
export { RecordWritable, type RecordWritableOptions } from './producer/record-writable.ts';
export type { BatchRun } from './record/batches.ts';
export type { RecordBatch } from './record/record-batch.ts';
export type { RecordCursor } from './record/record-cursor.ts';
export type { RecordHeader } from './record/record-headers.ts';
export type { LogRecord } from './record/record.ts';
export type { ConfigValue } from './store/config-value.ts';
export type { CreateTopicOptions } from './store/create-topic-options.ts';
export { openStore } from './store/open-store.ts';
export type { ProducerIds } from './store/producer-ids.ts';
export type { FollowedPartition, ReadOnlyStatistics, ReadOnlyStore } from './store/read-only-store.ts';
export type { RetentionStatistics } from './store/retention.ts';
export type { RecoveryProgress, RecoveryReport } from './store/recovery.ts';
export type { StoreOptions } from './store/store-options.ts';
export type { StoreStatistics } from './store/store-statistics.ts';
export type { Store } from './store/store.ts';
export type { CompactionResult, CompactionStatistics } from './store/compaction-statistics.ts';
export { type TopicConfig, type TopicConfigInput, type TopicConfigName, topicConfigs } from './store/topic-config.ts';
export type { OpenPartition, TopicDescription } from './store/topic.ts';
export type { TransactionDescription, TransactionFilter } from './transaction/transaction-listing.ts';
export type { TransactionState } from './transaction/transaction-state.ts';
export type { TransactionStatistics } from './transaction/transactions.ts';
export type {
  Bytes,
  CompressionName,
  ConsumerGroupMetadata,
  HeaderInput,
  Logger,
  Offset,
  OffsetToCommit,
  RecordInput,
  Timestamp,
  TimestampType,
  TopicPartition,
} from './types.ts';
