/**
 * C: a whole broker takes over a directory of ours, twice: once as after a crash, so that it recovers everything and makes its own indexes, and
 * once as after a clean stop, so that it uses ours. Its own clients read, look up and append.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Broker } from './broker.mjs';
import { CLEAN_MARKER, filesOf } from './directories.mjs';
import { withStore } from './engine.mjs';
import { readAll, recordInto } from './log-report.mjs';
import { DERIVED, timestampsFor } from './partition-checks.mjs';
import { holds, same } from './tally.mjs';

/** What a broker logs when it finds our files wanting. */
const OBJECTIONS = [
  'Corruption found',
  'Found invalid messages',
  'Found invalid offset',
  'corrupted index',
  'Could not find offset index file',
  'stray',
  'Deleting segment',
  'ERROR',
];

/** Our reading of a partition in the terms of a consumer. */
function asConsumed(log, random) {
  const digest = createHash('sha256');
  let records = 0;
  for (let next = log.startOffset; next < log.endOffset;) {
    for (const batch of log.read(next)) {
      for (const record of batch) {
        recordInto(digest, record);
        records++;
      }
      next = batch.nextOffset;
    }
  }
  const span = log.endOffset - log.startOffset;
  const offsets = Array.from({ length: 20 }, () => log.startOffset + random.below(span));
  const lookups = timestampsFor(readAll(log), random, 20).map((timestamp) => {
    const found = log.offsetForTimestamp(timestamp);
    return [timestamp, found?.offset ?? null, found?.timestamp ?? null];
  });
  const { startOffset: logStartOffset, endOffset: logEndOffset } = log;
  return { logStartOffset, logEndOffset, records, digest: digest.digest('hex'), lookups, sought: offsets };
}

/** Removes lines of topics from a checkpoint file, so that the broker knows nothing of what it held before. */
function forget(path, partitions) {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(2);
  const kept = lines.filter((line) => !partitions.includes(line.split(' ').slice(0, 2).join('-')));
  writeFileSync(path, `${['0', String(kept.length), ...kept].join('\n')}\n`);
}

/** Puts our partitions in the place of the broker's own; the topic's id stays, since the cluster knows the topic by it. */
function replace(broker, store, partitions) {
  for (const partition of partitions) {
    const target = join(broker.logDir, partition);
    for (const name of readdirSync(target)) if (name !== 'partition.metadata') rmSync(join(target, name));
    cpSync(join(store, partition), target, { recursive: true, filter: (path) => !path.endsWith('partition.metadata') });
  }
  for (const name of ['recovery-point-offset-checkpoint', 'log-start-offset-checkpoint']) {
    forget(join(broker.logDir, name), partitions);
  }
}

export class BrokerTrial {
  #judge;
  #broker;
  #store;
  #topics;
  #expected = new Map();

  constructor(judge, broker, store, topics) {
    this.#judge = judge;
    this.#broker = broker;
    this.#store = store;
    this.#topics = topics;
  }

  /** Makes a broker that knows the topics and has stopped. `store` is a copy of a directory that our engine has closed. */
  static async prepare(java, judge, directory, { store, topics, random }) {
    mkdirSync(directory);
    const broker = await Broker.format(java, directory);
    const trial = new BrokerTrial(judge, broker, store, topics);
    await broker.start();
    try {
      for (const { name: topic, partitions, config } of topics) {
        const settings = { ...config, 'retention.ms': -1 };
        await trial.#ask('createTopic', { topic, partitions, config: settings });
      }
    } finally {
      await broker.stop();
    }
    const readable = join(directory, 'ours');
    cpSync(store, readable, { recursive: true });
    await withStore(readable, (opened) => {
      for (const [topic, partition] of trial.#each()) {
        trial.#expected.set(`${topic}-${partition}`, asConsumed(opened.partition(topic, partition), random));
      }
    });
    return trial;
  }

  /** One run of the broker over our files; `clean` says whether it finds the marker of a clean stop. */
  async run(tally, { clean }) {
    const how = clean ? 'with our indexes' : 'after a recovery of all';
    const partitions = [...this.#expected.keys()];
    replace(this.#broker, this.#store, partitions);
    if (!clean) rmSync(join(this.#broker.logDir, CLEAN_MARKER), { force: true });
    await this.#broker.start();
    try {
      for (const [topic, partition] of this.#each()) {
        await tally.check(`a broker serves ${topic}-${partition}, ${how}`, () => this.#serves(topic, partition));
      }
      await tally.check(`a broker has no objection, ${how}`, () => this.#hasNoObjection());
      if (clean) await tally.check('an idempotent producer appends', () => this.#appends());
    } finally {
      await this.#broker.stop();
    }
    if (!clean) {
      for (const partition of partitions) {
        const [ours, theirs] = [this.#store, this.#broker.logDir].map((at) => filesOf(join(at, partition), DERIVED));
        await tally.check(`a broker makes the same indexes for ${partition}`, () => same('files', ours, theirs));
      }
      return;
    }
    await tally.check('we open what the broker left', () => this.#reopens());
  }

  async #serves(topic, partition) {
    const expected = this.#expected.get(`${topic}-${partition}`);
    const timestamps = expected.lookups.map(([timestamp]) => timestamp);
    const offsets = expected.sought;
    same('consumed', expected, await this.#ask('consume', { topic, partition, timestamps, offsets }));
  }

  #hasNoObjection() {
    const found = this.#broker.output
      .split('\n')
      .filter((line) => OBJECTIONS.some((objection) => line.includes(objection)));
    holds(found.length === 0, `the broker logged:\n${found.slice(0, 20).join('\n')}`);
  }

  async #appends() {
    const [topic, partition] = this.#each()[0];
    const { logEndOffset } = this.#expected.get(`${topic}-${partition}`);
    const { lastOffset } = await this.#ask('produce', { topic, partition, count: 20 });
    same('last offset', logEndOffset + 19, lastOffset);
  }

  /** The broker's whole log directory, its own topics and files included, is a store of ours. */
  async #reopens() {
    const appended = this.#each()[0].join('-');
    await withStore(this.#broker.logDir, (opened) => {
      for (const [topic, partition] of this.#each()) {
        const log = opened.partition(topic, partition);
        const { logEndOffset } = this.#expected.get(`${topic}-${partition}`);
        const extra = `${topic}-${partition}` === appended ? 20 : 0;
        same(`log end offset of ${topic}-${partition}`, log.endOffset, logEndOffset + extra);
        same('last batch', readAll(log).at(-1)[1], log.endOffset - 1);
      }
    });
  }

  #each() {
    return this.#topics.flatMap(({ name, partitions }) => Array.from({ length: partitions }, (_, p) => [name, p]));
  }

  #ask(command, rest) {
    return this.#judge.ask({ command, server: this.#broker.server, ...rest });
  }

  stop() {
    return this.#broker.stop();
  }
}
