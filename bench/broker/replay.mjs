/** A broker that costs as little as one can (replay/replay_broker.c), before one of ours that answers once what it says again and again. */
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { freePort } from '../../test/compat/kafka/free-port.mjs';
import { startMillrace } from './brokers.mjs';
import { compileC, succeeds } from './compilers.mjs';
import { processorMicros } from './processor-time.mjs';
import { createTopic, removeTopic } from './topics.mjs';

export const replay = {
  /** What is missing for it, in one sentence, or null. */
  lack: () => (succeeds('cc', '--version') ? null : 'not found: cc; install a C compiler (Debian: gcc)'),
};

export class ReplayBroker {
  #child;
  #lines;
  #behind;

  /** Where it listens. */
  address;

  /** The topic that is to be read: what is produced to others is nowhere. */
  recorded = null;

  /** Keeps its data and what it says in `directory`, which it makes. */
  static async start(stage, directory) {
    const port = await freePort();
    const behind = await startMillrace(stage, directory, { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}` });
    const program = compileC(stage.directory, 'replay/replay_broker.c');
    const upstream = behind.address.split(':').at(-1);
    const args = [port, upstream, join(directory, 'answers')].map(String);
    const broker = new ReplayBroker(stage.spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }), behind);
    await broker.#says('listens');
    broker.address = `127.0.0.1:${port}`;
    return broker;
  }

  constructor(child, behind) {
    this.#child = child;
    this.#behind = behind;
    // Its end is told by the end of what it says.
    child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get data() {
    return this.#behind.data;
  }

  /** Of the program alone. */
  get processorMicros() {
    return processorMicros(this.#child.pid);
  }

  /** From now on a consumer of this topic is answered what it is answered now. */
  async record(load, order) {
    await this.#obeys('record');
    if (this.recorded !== null) await removeTopic(this, this.recorded);
    this.recorded = order.topic;
    await createTopic(this.address, order.topic);
    await load.produce(this.address, order);
    await load.consume(this.address, order);
    await this.#obeys('replay');
  }

  async #obeys(command) {
    this.#child.stdin.write(`${command}\n`);
    await this.#says('done');
  }

  async #says(expected) {
    const { value, done } = await this.#lines.next();
    if (done || value !== expected) throw new Error(`the replay broker has ended, or says ${JSON.stringify(value)}`);
  }
}
