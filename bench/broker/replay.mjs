/**
 * A broker that costs as little as one can, before one of ours that answers once what it says again and again: in C what a client could reach, in Node what Node's own
 * sockets leave of that.
 */
import { join } from 'node:path';
import { freePort } from '../../test/compat/kafka/free-port.mjs';
import { startMillrace } from './brokers.mjs';
import { compileC, sourceOf, succeeds } from './compilers.mjs';
import { Dialogue } from './dialogue.mjs';
import { createTopic, removeTopic } from './topics.mjs';

export const replay = {
  /** What is missing for it, in one sentence, or null. */
  lack: () => (succeeds('cc', '--version') ? null : 'not found: cc; install a C compiler (Debian: gcc)'),
};

/** By language: the command of the program, which gets its port, that of the broker behind it and a file of its own; compiled into a directory. */
const programs = {
  C: (directory) => [compileC(directory, 'replay/replay_broker.c')],
  Node: () => [process.execPath, sourceOf('replay/replay-broker.mjs')],
};

export class ReplayBroker {
  #dialogue;
  #behind;

  /** Where it listens. */
  address;

  /** The topic that is to be read: what is produced to others is nowhere. */
  recorded = null;

  /**
   * Keeps its data and what it says in `directory`, which it makes.
   *
   * @param {'C' | 'Node'} language of its program
   */
  static async start(stage, directory, language) {
    const port = await freePort();
    const behind = await startMillrace(stage, directory, { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}` });
    const upstream = behind.address.split(':').at(-1);
    const [command, ...words] = programs[language](stage.directory);
    const args = [...words, port, upstream, join(directory, 'answers')].map(String);
    const broker = new ReplayBroker(stage.spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }), behind);
    await broker.#says('listens');
    broker.address = `127.0.0.1:${port}`;
    return broker;
  }

  constructor(child, behind) {
    this.#dialogue = new Dialogue(child);
    this.#behind = behind;
  }

  get data() {
    return this.#behind.data;
  }

  /** Of the program alone. */
  get processorMicros() {
    return this.#dialogue.processorMicros;
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
    this.#dialogue.tell(command);
    await this.#says('done');
  }

  async #says(expected) {
    const line = await this.#dialogue.hear();
    if (line !== expected) throw new Error(`the replay broker has ended, or says ${JSON.stringify(line)}`);
  }
}
