/** Shapes that several rooms share; none of them has behaviour. */

/** A logical offset: whole, at least 0, below 2^53. Kafka's is an int64; the upper eleven bits are never used here. */
export type Offset = number;

/** Milliseconds since 1970. -1 means that the record has none. */
export type Timestamp = number;

/** What a caller may pass as bytes; strings are written as UTF-8. */
export type Bytes = Uint8Array | string;

/** A record header as a caller passes it; `null` is a header without a value, as in Kafka. */
export type HeaderInput = Readonly<Record<string, Bytes | null>> | readonly (readonly [string, Bytes | null])[];

/** A record as a caller passes it to `append`. A missing key or value is null, which Kafka tells from empty. */
export interface RecordInput {
  readonly key?: Bytes | null;
  readonly value?: Bytes | null;
  readonly headers?: HeaderInput;
  /** CreateTime; default: the time of the append. */
  readonly timestamp?: Timestamp;
}

/** Bytes with a `DataView` over the same memory: position p in one is position p in the other. */
export interface ByteWindow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of what file, and from which of its bytes on, the window shows bytes: for messages. */
  readonly path?: string;
  readonly start?: number;
}

export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** The two meanings that a batch's timestamps can have (`message.timestamp.type`). */
export type TimestampType = 'CreateTime' | 'LogAppendTime';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Where a group is to go on in a partition. */
export interface OffsetToCommit extends TopicPartition {
  /** Of the record to be read next. */
  readonly offset: Offset;
  /** Of the last record that was read; default: not known. */
  readonly leaderEpoch?: number;
  /** Anything, up to 4,096 characters, that the group's members tell each other with it. */
  readonly metadata?: string;
}

/** Which member of which generation of a consumer group somebody is: what a transaction commits a group's offsets with. (Kafka: ConsumerGroupMetadata.) */
export interface ConsumerGroupMetadata {
  readonly groupId: string;
  /** -1 for who is no member. */
  readonly generationId: number;
  /** Empty for who is no member. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** A pino-shaped logger; every method may be missing. An error stands in the field `err`, where pino looks for one. */
export interface Logger {
  debug?(details: object, message: string): void;
  info?(details: object, message: string): void;
  warn?(details: object, message: string): void;
  error?(details: object, message: string): void;
}
