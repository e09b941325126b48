/** A coordinator on real logs of a store in memory: `state` is its log, `orders` takes the markers. */
import { onTestFinished } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import type { PartitionLog, Store, TopicPartition } from '#millrace/main.js';
import { TransactionLog } from '#millrace/transaction/transaction-log.js';
import { Transactions } from '#millrace/transaction/transactions.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Messages, openInMemory } from '../store/store-fixture.ts';

export class TransactionsRig {
  readonly system: MemoryFileSystem;
  readonly clock = new FakeClock();
  readonly messages = new Messages();
  store!: Store;
  log!: TransactionLog;
  transactions!: Transactions;
  /** Instead of the marked log: throws, or null. */
  marked: ((partition: TopicPartition) => PartitionLog | null) | null = null;
  /** The partition of its log that cannot be opened. */
  unreadable: number | null = null;
  #producerId = 0;

  constructor(system = new MemoryFileSystem({ fileBytesMax: 256 * 1024 })) {
    this.system = system;
  }

  static async open(system?: MemoryFileSystem): Promise<TransactionsRig> {
    const rig = new TransactionsRig(system);
    const { clock, messages } = rig;
    rig.store = (await openInMemory(rig.system, { clock })).store;
    onTestFinished(() => rig.store.close().catch(() => undefined));
    const topics = rig.store.topics().map(({ name }) => name);
    for (const name of ['state', 'orders'])
      if (!topics.includes(name)) await rig.store.createTopic(name, { partitions: 2 });
    rig.log = new TransactionLog({
      partitionCount: 2,
      partition: (index) => {
        if (index === rig.unreadable) throw new MillraceError('ERR_MILLRACE_CORRUPT', 'damaged');
        return rig.store.partition('state', index);
      },
      version: 2,
      logger: messages.logger,
    });
    await rig.load();
    return rig;
  }

  /** The coordinator as it comes to be from its log. */
  async load(): Promise<void> {
    const { clock, messages, log } = this;
    this.transactions = await Transactions.load({
      clock,
      log,
      logger: messages.logger,
      version: 2,
      timeoutMsMax: 900_000,
      expirationMs: 1_000_000,
      nextProducerId: () => this.#producerId++,
      markedLog: (partition) => (this.marked ?? this.#marked)(partition),
    });
  }

  readonly #marked = ({ topic, partition }: TopicPartition): PartitionLog => this.store.partition(topic, partition);

  get orders(): PartitionLog {
    return this.store.partition('orders', 0);
  }
}
