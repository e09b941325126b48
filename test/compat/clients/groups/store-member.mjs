/**
 * A member of a group in the broker's process, over the broker's store: to checks it looks like one in a process of its own (member.mjs), and is told the same, but for the
 * address.
 */
import { roundRobinAssigner } from './round-robin-assigner.mjs';

/** Those that the library does not have. */
const own = { RoundRobinAssigner: roundRobinAssigner };

export class StoreMember {
  records = [];
  #consumer;
  #reading;
  #failure = null;
  #isHeld = false;

  constructor(store, { group, topic, sessionMs, assignor = null }) {
    this.#consumer = store.consumer({
      groupId: group,
      topics: topic,
      clientId: 'in the process',
      ...(assignor !== null && { assignors: [own[assignor] ?? assignor] }),
      sessionTimeoutMs: sessionMs,
      heartbeatIntervalMs: 200,
      autoCommit: false,
      autoOffsetReset: 'earliest',
    });
    this.#reading = this.#consumer.each((record, batch) => this.#handle(record, batch));
    this.#reading.catch((error) => (this.#failure = error));
  }

  get assigned() {
    return this.#consumer
      .assignment()
      .map(({ partition }) => partition)
      .sort((a, b) => a - b);
  }

  /** Is it the one who assigns the partitions of its group? */
  get isLeader() {
    return this.#consumer.statistics.group.isLeader;
  }

  get said() {
    return `in the process: assigned ${JSON.stringify(this.assigned)}, ${this.records.length} records, ${this.#failure}`;
  }

  /** From now on it commits nothing: the next record that it gets stays in hand until it is killed. */
  hold() {
    this.#isHeld = true;
  }

  async leave() {
    await this.#consumer.close();
    await this.#reading;
  }

  /** As near as one in this process comes to a crash: what it has in hand it does not commit. */
  async kill() {
    await this.#consumer.abandon();
    if (!this.#isHeld) await this.#reading.catch(() => undefined);
  }

  async #handle({ offset, value }, { topic, partition }) {
    this.records.push({ partition, offset, value: String(value) });
    if (this.#isHeld) await new Promise(() => undefined);
    await this.#consumer.commit([{ topic, partition, offset: offset + 1 }]);
  }
}
