/** The producers of a store: those that must be closed with it, and that metrics tell of. A producer leaves when it has been closed. */
import { Producer, type ProducerEnvironment } from '../producer/producer.ts';
import type { ProducerOptions } from '../producer/producer-options.ts';
import type { TopicLogs } from '../producer/topic-logs.ts';

export class OpenProducers {
  readonly #logs: TopicLogs;
  readonly #environment: ProducerEnvironment;
  readonly #open = new Set<Producer>();
  #made = 0;

  constructor(logs: TopicLogs, { clock, logger, producerIds }: ProducerEnvironment) {
    this.#logs = logs;
    this.#environment = { clock, logger, producerIds, onClosed: (closed) => void this.#open.delete(closed) };
  }

  open(options: ProducerOptions): Producer {
    const environment = { ...this.#environment, clientId: `producer-${this.#made + 1}` };
    const producer = new Producer(this.#logs, environment, options);
    this.#made++;
    this.#open.add(producer);
    return producer;
  }

  list(): Producer[] {
    return [...this.#open];
  }

  /** Without waiting for a full disk. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#open, (producer) => producer.close({ retry: false })));
  }
}
