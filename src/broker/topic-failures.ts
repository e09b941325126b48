/**
 * What a broker could not do with its topics: plain counters by topic, for metrics. As with Kafka a failure is what is no one's everyday: that a partition is elsewhere,
 * that a batch is too large or damaged, is told to the client and not counted here. (ReplicaManager.appendToLocalLog, BrokerTopicMetrics.)
 */
import { kafkaErrorCodes, type KafkaErrorName } from '../protocol/error-code.ts';

export interface TopicFailure {
  produceFailures: number;
  fetchFailures: number;
  /** Of batches that were too large. */
  bytesRejected: number;
}

const everyday: ReadonlySet<number> = new Set(
  (
    [
      'CORRUPT_MESSAGE',
      'FENCED_LEADER_EPOCH',
      'INCONSISTENT_TOPIC_ID',
      'KAFKA_STORAGE_ERROR',
      'MESSAGE_TOO_LARGE',
      'NOT_LEADER_OR_FOLLOWER',
      'OFFSET_OUT_OF_RANGE',
      'RECORD_LIST_TOO_LARGE',
      'REPLICA_NOT_AVAILABLE',
      'UNKNOWN_LEADER_EPOCH',
      'UNKNOWN_TOPIC_ID',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ] satisfies KafkaErrorName[]
  ).map((name) => kafkaErrorCodes[name]),
);

export class TopicFailures {
  /** Only topics that there are can have failures of these kinds, so it does not grow by what clients make up. */
  readonly #byTopic = new Map<string, TopicFailure>();

  /** Null: it has had none. */
  of(topic: string): Readonly<TopicFailure> | null {
    return this.#byTopic.get(topic) ?? null;
  }

  /** An append of `size` bytes that was answered with an error. */
  produceFailed(topic: string, errorCode: number, size: number): void {
    if (errorCode === kafkaErrorCodes.MESSAGE_TOO_LARGE) this.#take(topic).bytesRejected += size;
    if (!everyday.has(errorCode)) this.#take(topic).produceFailures++;
  }

  fetchFailed(topic: string, errorCode: number): void {
    if (!everyday.has(errorCode)) this.#take(topic).fetchFailures++;
  }

  /** The topic is gone. */
  forget(topic: string): void {
    this.#byTopic.delete(topic);
  }

  #take(topic: string): TopicFailure {
    let found = this.#byTopic.get(topic);
    if (found === undefined)
      this.#byTopic.set(topic, (found = { produceFailures: 0, fetchFailures: 0, bytesRejected: 0 }));
    return found;
  }
}
