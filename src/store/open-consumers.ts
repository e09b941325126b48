/**
 * The consumers of a store, so that metrics find them. A consumer without a group need not be closed: it leaves when it is, or when nobody has it any more. One of a
 * group is a member until it is closed, at the latest with the store.
 */
import type { Clock } from '../clock.ts';
import { Consumer } from '../consumer/consumer.ts';
import type { ConsumerOptions } from '../consumer/consumer-options.ts';
import type { PartitionConsumer } from '../consumer/partition-consumer.ts';
import type { TopicLogs } from '../consumer/topic-logs.ts';
import type { GroupCoordinator } from '../group/group-requests.ts';
import { GroupConsumer } from '../member/group-consumer.ts';
import { checkGroupOptions, type GroupConsumerOptions, isOfGroup } from '../member/group-consumer-options.ts';
import type { StoreTopics } from '../member/topic-subscription.ts';
import type { Logger } from '../types.ts';

export interface ConsumerParts {
  readonly logs: TopicLogs;
  readonly topics: StoreTopics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws where there is none. */
  readonly coordinator: (options: GroupConsumerOptions) => GroupCoordinator;
}

export class OpenConsumers {
  readonly #parts: ConsumerParts;
  readonly #references = new Set<WeakRef<Consumer>>();
  readonly #collected = new FinalizationRegistry<WeakRef<Consumer>>((reference) => this.#references.delete(reference));
  readonly #members = new Set<GroupConsumer>();
  #made = 0;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
  }

  open(options: GroupConsumerOptions): GroupConsumer;
  open(options?: ConsumerOptions): Consumer;
  open(options: ConsumerOptions | GroupConsumerOptions | undefined): PartitionConsumer;
  open(options?: ConsumerOptions | GroupConsumerOptions): PartitionConsumer {
    const name = `consumer-${this.#made + 1}`;
    if (typeof options === 'object' && options !== null && isOfGroup(options)) return this.#openMember(options, name);
    const consumer = new Consumer(this.#parts.logs, options, name);
    this.#made++;
    const reference = new WeakRef(consumer);
    this.#references.add(reference);
    this.#collected.register(consumer, reference);
    return consumer;
  }

  list(): PartitionConsumer[] {
    const open: PartitionConsumer[] = [];
    for (const reference of this.#references) {
      const consumer = reference.deref();
      if (consumer === undefined || consumer.isClosed) this.#references.delete(reference);
      else open.push(consumer);
    }
    return [...open, ...this.#members];
  }

  /** Those of groups commit what they have handled, and leave; what they have in hand is not waited for. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#members, (member) => member.abandon()));
  }

  #openMember(options: GroupConsumerOptions, name: string): GroupConsumer {
    const { logs, topics, clock, logger } = this.#parts;
    const checked = checkGroupOptions(options, name);
    const coordinator = this.#parts.coordinator(options);
    const onClosed = (closed: GroupConsumer): void => void this.#members.delete(closed);
    const member = new GroupConsumer(logs, checked, { coordinator, topics, clock, logger, onClosed });
    this.#made++;
    this.#members.add(member);
    return member;
  }
}
