/** The topics of a store that coordinators keep their logs in: made when they are needed first, with the settings of Kafka's brokers. */
import { isMillraceError } from '../errors.ts';
import { INTERNAL_SEGMENT_BYTES_DEFAULT } from '../limits.ts';
import { CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from '../protocol/coordinator-partition.ts';
import type { TopicAdmin } from './topic-admin.ts';
import type { TopicConfig } from './topic-config.ts';

export interface InternalTopicSettings {
  readonly transactionStatePartitions: number;
  readonly offsetsPartitions: number;
  readonly offsetsSegmentBytes: number;
}

const transactionStateConfig: TopicConfig = {
  'cleanup.policy': 'compact',
  'compression.type': 'uncompressed',
  'segment.bytes': INTERNAL_SEGMENT_BYTES_DEFAULT,
};
const offsetsConfig: TopicConfig = {
  'cleanup.policy': 'compact',
  'compression.type': 'producer',
};

export class InternalTopics {
  readonly #admin: TopicAdmin;
  readonly #settings: InternalTopicSettings;

  constructor(admin: TopicAdmin, settings: InternalTopicSettings) {
    this.#admin = admin;
    this.#settings = settings;
  }

  get hasTransactionState(): boolean {
    return this.#admin.has(TRANSACTION_STATE_TOPIC);
  }

  get hasOffsets(): boolean {
    return this.#admin.has(CONSUMER_OFFSETS_TOPIC);
  }

  makeTransactionState(): Promise<void> {
    return this.#make(TRANSACTION_STATE_TOPIC, this.#settings.transactionStatePartitions, transactionStateConfig);
  }

  makeOffsets(): Promise<void> {
    const { offsetsPartitions, offsetsSegmentBytes } = this.#settings;
    return this.#make(CONSUMER_OFFSETS_TOPIC, offsetsPartitions, {
      ...offsetsConfig,
      'segment.bytes': offsetsSegmentBytes,
    });
  }

  async #make(name: string, partitions: number, config: TopicConfig): Promise<void> {
    if (this.#admin.has(name)) return;
    try {
      await this.#admin.create(name, { partitions, config });
    } catch (error) {
      // Somebody else needed it at the same time.
      if (!isMillraceError(error, 'ERR_MILLRACE_TOPIC_EXISTS') || !this.#admin.has(name)) throw error;
    }
  }
}
