/** The producers of a store: those that must be closed with it, and that metrics tell of. A producer leaves when it has been closed. */
import { checkObject } from '../errors.ts';
import { Producer, type ProducerEnvironment } from '../producer/producer.ts';
import type { ProducerOptions } from '../producer/producer-options.ts';
import type { TopicLogs } from '../producer/topic-logs.ts';
import type { TransactionDoor } from '../producer/transaction-door.ts';
import { isTransactional, type TransactionalProducerOptions } from '../producer/transactional-options.ts';
import { TransactionalProducer } from '../producer/transactional-producer.ts';

export class OpenProducers {
  readonly #logs: TopicLogs;
  readonly #environment: ProducerEnvironment;
  readonly #door: TransactionDoor;
  readonly #open = new Set<Producer>();
  readonly #transactional = new Set<TransactionalProducer>();
  #made = 0;

  constructor(logs: TopicLogs, { clock, logger, producerIds }: ProducerEnvironment, door: TransactionDoor) {
    this.#logs = logs;
    this.#door = door;
    this.#environment = { clock, logger, producerIds, onClosed: (closed) => void this.#open.delete(closed) };
  }

  open(options: TransactionalProducerOptions): TransactionalProducer;
  open(options: ProducerOptions): Producer;
  open(options: ProducerOptions | TransactionalProducerOptions): Producer | TransactionalProducer;
  open(options: ProducerOptions | TransactionalProducerOptions): Producer | TransactionalProducer {
    checkObject('options', options);
    if (isTransactional(options)) return this.#openTransactional(options);
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
    const transactional = Array.from(this.#transactional, (producer) => producer.close({ retry: false }));
    await Promise.all(Array.from(this.#open, (producer) => producer.close({ retry: false })));
    await Promise.all(transactional);
  }

  #openTransactional(options: TransactionalProducerOptions): TransactionalProducer {
    const onClosed = (closed: TransactionalProducer): void => void this.#transactional.delete(closed);
    const { logger } = this.#environment;
    const producer = new TransactionalProducer({ door: this.#door, logger, onClosed }, options);
    this.#transactional.add(producer);
    return producer;
  }
}
