/**
 * A client in another process that is told what to do by lines of JSON: the other side of python/worker.py, java/Worker.java and the like. What it is
 * and can is said by who starts it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const ANSWER_MS = 30_000;

/** An error that the client met there; `kafkaCode` null: not one of Kafka's. */
export class WorkerError extends Error {
  constructor({ code, message }) {
    super(message);
    this.kafkaCode = code;
  }
}

export class WorkerClient {
  #process;
  #waiting = [];
  #stderr = '';

  /** `traits` of Client in client-checks.mjs; `command` gets the broker's address as its last argument. */
  static describe(traits, command, args, options = {}) {
    return class extends WorkerClient {
      static codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
      static asRead = (record) => record;
      static cannotWrite = [];
      static cannotRead = [];
      static ownErrors = [];
      static can = ['acks', 'admin', 'idempotence', 'transactions'];
      static {
        Object.assign(this, traits);
      }

      /** `login` of SecureTrial; null where nobody is asked. */
      static async open(address, login = null) {
        const env = { ...process.env, ...options.env, ...(login && { TRIAL_LOGIN: JSON.stringify(login) }) };
        const child = spawn(command, [...args, address], { ...options, env, stdio: ['pipe', 'pipe', 'pipe'] });
        const client = new this(child);
        const { version, codecs = this.codecs } = await client.#next();
        Object.assign(this, { version, codecs });
        return client;
      }
    };
  }

  static codeOf(error) {
    return error instanceof WorkerError ? error.kafkaCode : undefined;
  }

  constructor(process) {
    this.#process = process;
    process.stderr.on('data', (chunk) => (this.#stderr = (this.#stderr + chunk).slice(-8000)));
    createInterface({ input: process.stdout }).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)));
    const ended = (why) => {
      const error = { code: undefined, message: `the client ended: ${why}\n${this.#stderr}` };
      for (const settle of this.#waiting.splice(0)) settle({ error });
    };
    process.on('exit', (status, signal) => ended(status ?? signal));
    process.on('error', ended);
    process.stdin.on('error', () => undefined);
  }

  /** What the client said beside its answers: a broker that it does not like makes it talk. */
  get said() {
    return this.#stderr;
  }

  async #next() {
    let timer;
    const answer = await new Promise((resolve) => {
      this.#waiting.push(resolve);
      timer = setTimeout(() => resolve({ error: { message: `no answer in time\n${this.#stderr}` } }), ANSWER_MS);
    });
    clearTimeout(timer);
    if (answer.error !== undefined) throw new WorkerError(answer.error);
    return answer.ok;
  }

  #ask(question) {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    return this.#next();
  }

  produce({ topic, partition = 0, records, codec = 'none', acks = -1, idempotent = false }) {
    return this.#ask({ do: 'produce', topic, partition, records: records.map(wired), codec, acks, idempotent });
  }

  async consume({ topic, partition = 0, offset, count, committed = false }) {
    const records = await this.#ask({ do: 'consume', topic, partition, offset, count, committed });
    return records.map(unwired);
  }

  lookup({ topic, partition = 0, timestamp }) {
    return this.#ask({ do: 'lookup', topic, partition, timestamp });
  }

  transact({ id, topic, partition = 0, records, commit }) {
    return this.#ask({ do: 'transact', id, topic, partition, records: records.map(wired), commit });
  }

  createTopic({ topic, partitions, config }) {
    return this.#ask({ do: 'createTopic', topic, partitions, config });
  }

  deleteTopic({ topic }) {
    return this.#ask({ do: 'deleteTopic', topic });
  }

  async close() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await once(this.#process, 'exit');
    clearTimeout(timer);
  }
}

const text = (bytes) => (bytes === null ? null : bytes.toString('base64'));
const bytes = (content) => (content === null ? null : Buffer.from(content, 'base64'));

function wired({ key, value, headers, timestamp }) {
  return { key: text(key), value: text(value), headers: headers.map(([name, part]) => [name, text(part)]), timestamp };
}

function unwired({ key, value, headers, offset, timestamp }) {
  const named = headers.map(([name, part]) => [name, bytes(part)]);
  return { key: bytes(key), value: bytes(value), headers: named, offset, timestamp };
}
