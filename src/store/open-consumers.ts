/**
 * The consumers of a store, so that metrics find them. A consumer need not be closed: it leaves when it is, or when nobody has it any more.
 */
import { Consumer } from '../consumer/consumer.ts';
import type { ConsumerOptions } from '../consumer/consumer-options.ts';
import type { TopicLogs } from '../consumer/topic-logs.ts';

export class OpenConsumers {
  readonly #logs: TopicLogs;
  readonly #references = new Set<WeakRef<Consumer>>();
  readonly #collected = new FinalizationRegistry<WeakRef<Consumer>>((reference) => this.#references.delete(reference));
  #made = 0;

  constructor(logs: TopicLogs) {
    this.#logs = logs;
  }

  open(options?: ConsumerOptions): Consumer {
    const consumer = new Consumer(this.#logs, options, `consumer-${this.#made + 1}`);
    this.#made++;
    const reference = new WeakRef(consumer);
    this.#references.add(reference);
    this.#collected.register(consumer, reference);
    return consumer;
  }

  list(): Consumer[] {
    const open: Consumer[] = [];
    for (const reference of this.#references) {
      const consumer = reference.deref();
      if (consumer === undefined || consumer.isClosed) this.#references.delete(reference);
      else open.push(consumer);
    }
    return open;
  }
}
