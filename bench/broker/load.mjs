/**
 * A client as load: a process that stays, so that it is warm when it counts. It says `ready ABOUT`, and answers each order, a line, with a line of numbers or
 * with `failed WHY`.
 */
import { Dialogue } from './dialogue.mjs';

export class Load {
  #dialogue;

  /** What it says of itself: its name and version. */
  about = '';

  /** @param {import('node:child_process').ChildProcess} child its standard input and output are pipes */
  static async start(child) {
    const load = new Load(child);
    load.about = await load.#answer('ready');
    return load;
  }

  constructor(child) {
    this.#dialogue = new Dialogue(child);
  }

  /**
   * Sends records to all partitions in turn; with a `rate`, so many a second, else as fast as it goes. The first `warm` ones do not count.
   *
   * @param {string} address
   * @param {{ topic: string, records: number, size: number, acks: string, rate?: number, lingerMs: number, warm?: number }} order
   */
  async produce(address, { topic, records, size, acks, rate = 0, lingerMs, warm = 0 }) {
    const [reached, p50, p99] = await this.#order(
      4,
      `produce ${address} ${topic} ${records} ${size} ${acks} ${rate} ${lingerMs} ${warm}`,
    );
    return { rate: reached, p50, p99 };
  }

  /** Reads so many records from the beginnings of all partitions; returns records a second. */
  async consume(address, { topic, records }) {
    const [rate] = await this.#order(1, `consume ${address} ${topic} ${records}`);
    return rate;
  }

  /** Processor time that it has taken so far. */
  get processorMicros() {
    return this.#dialogue.processorMicros;
  }

  stop() {
    return this.#dialogue.end();
  }

  async #order(count, order) {
    this.#dialogue.tell(order);
    const answer = await this.#answer(order);
    const numbers = answer.split(' ').map(Number);
    if (numbers.length !== count || !numbers.every((number) => number > 0))
      throw new Error(`${order}: answered ${JSON.stringify(answer)}`);
    return numbers;
  }

  /** The next line; what it was asked is told with a failure. */
  async #answer(asked) {
    const line = await this.#dialogue.hear();
    if (line === null) throw new Error(`${asked}: the load has ended`);
    if (line.startsWith('failed ')) throw new Error(`${asked}: ${line}`);
    return asked === 'ready' ? line.replace(/^ready /, '') : line;
  }
}
