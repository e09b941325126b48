/**
 * A Kafka Streams application that counts words exactly once (WordCount.java), with a text for it and the counts that it makes. An instance of it is a Member of
 * groups/member.mjs: it is told besides topic and output, a directory for its state, and where others than usual: commitMs, transactionMs, protocol. `assigned` has the names of its
 * tasks: 0_1 splits the lines of partition 1 into words, 1_1 counts the words of partition 1 of the topic between.
 *
 * What read_committed shows must be right at any time: of each word 1, 2, 3 and so on, none twice, none missing.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { holds, same } from '../../kafka/tally.mjs';
import { Member, until } from '../groups/member.mjs';
import { javaClasses, kafkaStreams, kafkaTools } from '../preparation.mjs';

const { Kafka, logLevel } = kafkajs;
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const TEXT = readFileSync(file('../../../../LICENSE'), 'utf8').split('\n');
const LINES_A_PART = 25;
const LINES_AT_ONCE = 4;
const WAIT_MS = 120_000;
export const PARTITIONS = 2;
const TASKS = ['0_0', '0_1', '1_0', '1_1'];

/** What starts an instance, and Kafka's tools. Throws what is missing here. */
export function wordCountProgram(log) {
  const { version, classpath } = javaClasses(file('WordCount.java'), kafkaStreams(log), log);
  const logging = [
    `-Dlog4j2.configurationFile=${file('../../kafka/java/log4j2.properties')}`,
    '-Djudge.log.level=ERROR',
  ];
  return {
    version,
    command: ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...logging, '-cp', classpath, 'WordCount'],
    tools: kafkaTools(log),
  };
}

function counted(lines) {
  const counts = new Map();
  for (const word of lines.flatMap((line) => line.toLowerCase().split(/[^a-z]+/)))
    if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const sum = (counts) => Array.from(counts.values()).reduce((total, count) => total + count, 0);

export class WordCount {
  #command;
  #place;
  #consumer;
  #folder = mkdtempSync(join(tmpdir(), 'millrace-streams-'));
  #instances = [];
  #written = [];
  /** By word, as read_committed shows them. */
  #counts = new Map();

  /** `place`: the broker's `address`; the `store` of it, which may be read-only; `topic` for lines and `output` for counts, both of PARTITIONS. */
  constructor(command, place) {
    this.#command = command;
    this.#place = place;
    this.#consumer = place.store.consumer({ isolation: 'read_committed', autoOffsetReset: 'earliest' });
    this.#consumer.assign([place.output]);
  }

  get topic() {
    return this.#place.topic;
  }

  get group() {
    return `of-${this.topic}`;
  }

  /** On a machine that has what another instance left there, if one was. */
  start(machine, options = {}) {
    const { address, topic, output } = this.#place;
    const directory = join(this.#folder, machine);
    const instance = new Member(this.#command, { address, group: this.group, topic, output, directory, ...options });
    this.#instances.push(instance);
    return instance;
  }

  /** The next lines of the text; without a number a part of it. */
  async write(count = LINES_A_PART) {
    const from = this.#written.length;
    const lines = TEXT.slice(from, from + count);
    holds(lines.length > 0, 'the text is too short');
    const { address, topic } = this.#place;
    const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const messages = lines.map((value, i) => ({ value, partition: (from + i) % PARTITIONS }));
    await producer.send({ topic, messages });
    await producer.disconnect();
    this.#written.push(...lines);
  }

  /** Looks until it holds; an instance takes seconds of a processor to begin. */
  until(what, isTrue) {
    return until(what, isTrue, this.#instances, WAIT_MS);
  }

  async awaitCounted() {
    const wanted = sum(counted(this.#written));
    await this.until(`${wanted} words are counted`, async () => {
      await this.#read();
      return sum(this.#counts) >= wanted;
    });
    this.#compare();
  }

  /** Each of these has a part of the tasks, and each task is had by one. */
  async awaitShared(...instances) {
    await this.until('each has its part', () => {
      const had = instances.flatMap(({ assigned }) => assigned ?? []);
      const isWhole = had.length === TASKS.length && TASKS.every((task) => had.includes(task));
      return isWhole && instances.every(({ assigned }) => assigned?.length > 0);
    });
  }

  /** Writes until counts stand in the log that are not committed yet. */
  async writeUntilOpen() {
    const isCounted = () => this.#isOpen || sum(this.#counts) >= sum(counted(this.#written));
    do {
      await this.write(LINES_AT_ONCE);
      await this.until('counts are made', async () => {
        await this.#read();
        return isCounted();
      });
    } while (!this.#isOpen);
  }

  /** The rest of the text; then these instances leave, and nothing but the counts of the text has been made. */
  async finish(...instances) {
    await this.write(TEXT.length);
    await this.awaitCounted();
    for (const instance of instances) await instance.leave();
    await this.#read();
    this.#compare();
    holds(!this.#isOpen, 'a transaction is open still');
  }

  async end() {
    for (const instance of this.#instances) await instance.kill();
    await this.#consumer.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #isOpen() {
    const { store, output } = this.#place;
    const logs = Array.from({ length: PARTITIONS }, (_, partition) => store.partition(output, partition));
    return logs.some(({ lastStableOffset, endOffset }) => lastStableOffset < endOffset);
  }

  #read() {
    const take = ({ key, value }) => {
      const [word, count] = [String(key), Number(value.readBigInt64BE())];
      const before = this.#counts.get(word) ?? 0;
      holds(count === before + 1, `after ${before} of "${word}" comes ${count}`);
      this.#counts.set(word, count);
    };
    return this.#consumer.each(take, { untilEnd: true });
  }

  #compare() {
    const sorted = (counts) => Array.from(counts).sort(([a], [b]) => a.localeCompare(b));
    same('counts', sorted(this.#counts), sorted(counted(this.#written)));
  }
}
