/** A record with where it is from, as a stream hands it on. (Kafka's `ConsumerRecord`.) All views are made when they are asked for. */
import type { LogRecord } from '../record/record.ts';
import type { Offset, Timestamp, TopicPartition } from '../types.ts';

export class ConsumerRecord implements TopicPartition {
  readonly #place: TopicPartition;
  readonly #record: LogRecord;

  constructor(place: TopicPartition, record: LogRecord) {
    this.#place = place;
    this.#record = record;
  }

  get topic(): string {
    return this.#place.topic;
  }

  get partition(): number {
    return this.#place.partition;
  }

  get offset(): Offset {
    return this.#record.offset;
  }

  get timestamp(): Timestamp {
    return this.#record.timestamp;
  }

  get keySize(): number {
    return this.#record.keySize;
  }

  get valueSize(): number {
    return this.#record.valueSize;
  }

  get key(): Buffer | null {
    return this.#record.key;
  }

  get value(): Buffer | null {
    return this.#record.value;
  }

  get headers(): LogRecord['headers'] {
    return this.#record.headers;
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    const { topic, partition, offset, timestamp, key, value, headers } = this;
    return { topic, partition, offset, timestamp, key, value, headers };
  }
}
