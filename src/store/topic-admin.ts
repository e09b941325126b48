/**
 * Creates, extends, alters and deletes topics: one change after another, each as a whole or not at all.
 *
 *     create, extend   note the change · make directories · sync them · write the topics' file (now it counts) · forget the note
 *     delete           note the change (now it no longer counts) · rename directories · write the topics' file · remove files · tell `onDeleted` · forget the note
 *
 * A full disk refuses a creation and leaves nothing; it does not stop a deletion. A disk that fails takes the store offline, and the next open
 * settles what the note says.
 */
import { MillraceError } from '../errors.ts';
import type { DeletedTopic } from '../group/offset-deletion.ts';
import { type CheckedTopicOptions, checkPartitions } from './create-topic-options.ts';
import { flushBarrier, flushRound } from '../file/flush-round.ts';
import { INTERNAL_TOPICS } from '../protocol/coordinator-partition.ts';
import { makePartitions, removeDirectories } from './partition-making.ts';
import { removeLeaving, renameToLeave } from './partition-removal.ts';
import { isDiskFailure, type StoreEnvironment, writingAside, writingAsideUnlessFull } from './store-environment.ts';
import { changeTopicConfig, effectiveConfig, notObeyed, type TopicConfig } from './topic-config.ts';
import { removeTopicChange, type TopicChange, writeTopicChange } from './topic-change.ts';
import { checkTopicName, collides, METADATA_TOPIC } from './topic-name.ts';
import { Partition, Topic, type TopicDescription } from './topic.ts';
import { type TopicEntry, writeTopicsFileAside } from './topics-file.ts';
import { randomUuid } from './uuid.ts';

export class TopicAdmin {
  /** Told of each topic that was deleted, before another one can be made. False: it is to be told again, at the next open. */
  onDeleted: (topic: DeletedTopic) => Promise<boolean> = async () => true;
  readonly #environment: StoreEnvironment;
  /** The store's topics; changed here only. */
  readonly #topics: Map<string, Topic>;
  /** The same, by their ids. */
  readonly #byId: Map<string, Topic>;
  #last: Promise<unknown> = Promise.resolve();
  #changes = 0;
  #lastCreation = 0;

  constructor(environment: StoreEnvironment, topics: Map<string, Topic>) {
    this.#environment = environment;
    this.#topics = topics;
    this.#byId = new Map(Array.from(topics.values(), (topic) => [topic.id, topic]));
  }

  /** Topics made, extended and deleted so far. */
  get changes(): number {
    return this.#changes;
  }

  /** The one of these that last made a topic; 0 for none. */
  get lastCreation(): number {
    return this.#lastCreation;
  }

  names(): Iterable<string> {
    return this.#topics.keys();
  }

  /** Settles when no change is being made. */
  async idle(): Promise<void> {
    // Its failure was told to those who asked for it.
    await this.#last.catch(() => undefined);
  }

  /** Throws what `create` would refuse it for. */
  checkNew(name: string, { config }: CheckedTopicOptions): void {
    checkTopicName(name);
    if (name === METADATA_TOPIC) {
      throw new MillraceError('ERR_MILLRACE_INVALID_TOPIC', `topic name "${name}" is that of Kafka's own metadata log`);
    }
    effectiveConfig(config, this.#environment.defaults);
    if (this.#topics.has(name)) throw new MillraceError('ERR_MILLRACE_TOPIC_EXISTS', `topic "${name}" exists already`);
  }

  /** Throws what `alter` would refuse it for. */
  checkChange(name: string, changes: unknown): void {
    effectiveConfig(changeTopicConfig(this.get(name).config, changes), this.#environment.defaults);
  }

  /** Throws what `changeDefaults` would refuse them for. */
  checkDefaults(input: unknown): TopicConfig {
    const defaults = changeTopicConfig({}, input);
    effectiveConfig({}, defaults);
    for (const { config } of this.#topics.values()) effectiveConfig(config, defaults);
    return defaults;
  }

  /** Other settings where a topic has none of its own. They are the caller's to keep: nothing is written. */
  async changeDefaults(input: unknown): Promise<void> {
    return this.#alone(async () => {
      const defaults = this.checkDefaults(input);
      this.#environment.defaults = defaults;
      for (const topic of this.#topics.values()) topic.configure(topic.config, defaults);
    });
  }

  async create(name: string, options: CheckedTopicOptions): Promise<TopicDescription> {
    this.checkNew(name, options);
    const config = this.#checkConfig(options.config);
    return this.#alone(async () => {
      this.checkNew(name, options);
      const { directory, defaults, logger } = this.#environment;
      // Only a name that has one of the two characters can collide.
      for (const other of /[._]/.test(name) ? this.#topics.keys() : []) {
        if (collides(name, other))
          logger.warn?.({ topic: name, other }, 'two topics that Kafka cannot tell apart in its metrics');
      }
      const entry = { name, id: randomUuid(), partitions: options.partitions, config };
      const topic = new Topic(directory, entry, defaults, () => true);
      await this.#add(topic, topic.partitions as Partition[]);
      this.#topics.set(name, topic);
      this.#byId.set(topic.id, topic);
      this.#lastCreation = ++this.#changes;
      return topic.describe();
    });
  }

  /** Gives the topic `total` partitions, which must be more than it has. INVALID_TOPIC for one of the coordinators. */
  async extend(name: string, total: number): Promise<TopicDescription> {
    return this.#alone(async () => {
      const topic = this.get(name);
      if (INTERNAL_TOPICS.has(name)) {
        const message = `topic "${name}" keeps its partitions: what coordinators look for in one of them would be looked for in another`;
        throw new MillraceError('ERR_MILLRACE_INVALID_TOPIC', message);
      }
      const from = topic.partitions.length;
      checkPartitions(total, from + 1);
      const added = Array.from({ length: total - from }, (_, i) => new Partition(topic, from + i));
      await this.#add(topic, added);
      for (const partition of added) topic.partitions.push(partition);
      this.#changes++;
      return topic.describe();
    });
  }

  async alter(name: string, changes: unknown): Promise<TopicDescription> {
    return this.#alone(async () => {
      const topic = this.get(name);
      const config = this.#checkConfig(changeTopicConfig(topic.config, changes));
      await this.#writeTopics({ ...topic.entry(), config });
      topic.configure(config, this.#environment.defaults);
      return topic.describe();
    });
  }

  async delete(name: string): Promise<void> {
    return this.#alone(async () => {
      const topic = this.get(name);
      const { health, system, flushThread, recoveryPoints, startOffsets, cleanerOffsets } = this.#environment;
      health.check();
      const change: TopicChange = { kind: 'delete', topic: name, id: topic.id, from: 0, to: topic.partitions.length };
      const noted = await writingAsideUnlessFull(this.#environment, () => writeTopicChange(this.#environment, change));
      this.#topics.delete(name);
      this.#byId.delete(topic.id);
      this.#changes++;
      const error = new MillraceError('ERR_MILLRACE_CLOSED', `topic "${name}" was deleted`);
      const partitions = topic.partitions.filter((partition) => partition !== null);
      for (const { log } of partitions) log?.abandon(error);
      // A thread that makes files must not be at work in a directory that is about to be removed.
      await Promise.all(partitions.map(async ({ stopCompaction }) => stopCompaction?.()));
      // A round that runs may be about to sync a directory by the name that it has now.
      await flushBarrier(flushThread);
      const indexes = partitions.map((partition) => partition.index);
      const leaving = await this.#rename(name, indexes);
      const written = await writingAsideUnlessFull(this.#environment, () => this.#writeTopics());
      await removeLeaving(system, leaving);
      // Now there is room again.
      if (!written) await this.#writeTopics();
      if ((await this.onDeleted(topic)) && noted) this.#forgetChange();
      for (const offsets of [recoveryPoints, startOffsets, cleanerOffsets])
        for (const index of indexes) offsets.set(name, index, 0);
    });
  }

  /** What a crash or a full disk kept `onDeleted` from. */
  async finishDeletion(topic: DeletedTopic): Promise<void> {
    return this.#alone(async () => {
      if (await this.onDeleted(topic)) this.#forgetChange();
    });
  }

  /** Half renamed, the topic is neither here nor gone: only the next open can finish that, by the note. */
  async #rename(topic: string, partitions: readonly number[]): Promise<string[]> {
    const { health, system, directory, flushThread } = this.#environment;
    try {
      const leaving = renameToLeave(system, directory, topic, partitions);
      await flushRound(flushThread, { files: [], directories: [directory], wholeFileSystem: false });
      return leaving;
    } catch (error) {
      throw health.fail(error);
    }
  }

  has(name: string): boolean {
    return this.#topics.has(name);
  }

  /** Null where there is none. */
  find(name: string): Topic | null {
    return this.#topics.get(name) ?? null;
  }

  findById(id: string): Topic | null {
    return this.#byId.get(id) ?? null;
  }

  get(name: unknown): Topic {
    const topic = this.#topics.get(name as string);
    if (topic !== undefined) return topic;
    checkTopicName(name);
    throw new MillraceError(
      'ERR_MILLRACE_UNKNOWN_TOPIC',
      `there is no topic "${name}" in ${this.#environment.directory}`,
    );
  }

  /** Makes `added` partitions of `topic` and commits them: all or none. */
  async #add(topic: Topic, added: readonly Partition[]): Promise<void> {
    const environment = this.#environment;
    const { system, flushThread } = environment;
    const directories = added.map((partition) => partition.directory);
    const taken = directories.find((path) => system.exists(path));
    if (taken !== undefined) {
      throw new MillraceError('ERR_MILLRACE_TOPIC_EXISTS', `${taken} is in the way of topic "${topic.name}"`, {
        path: taken,
      });
    }
    const [from, to] = [added[0].index, added[added.length - 1].index + 1];
    const change: TopicChange = { kind: 'add', topic: topic.name, id: topic.id, from, to };
    await writingAside(environment, async () => {
      // What the files still say of a topic of that name that was deleted would be believed of the new one after a crash.
      await environment.recoveryPoints.writeAside(flushThread);
      await environment.startOffsets.writeAside(flushThread);
      await environment.cleanerOffsets.writeAside(flushThread);
      await writeTopicChange(environment, change);
    });
    try {
      await makePartitions(environment, directories, topic.id);
      await this.#commit(topic.entry(to), directories);
    } catch (error) {
      // The note stays when the disk failed: then only the next open can tell what is there.
      if (isDiskFailure(error)) throw environment.health.fail(error);
      if (environment.health.failure === null) this.#forgetChange();
      throw error;
    }
    this.#forgetChange();
  }

  async #commit(entry: TopicEntry, directories: readonly string[]): Promise<void> {
    try {
      await this.#writeTopics(entry);
    } catch (error) {
      if (this.#environment.health.failure === null) removeDirectories(this.#environment, directories);
      throw error;
    }
  }

  /** One that cannot be removed is seen to be over at the next open. */
  #forgetChange(): void {
    try {
      removeTopicChange(this.#environment.system, this.#environment.directory);
    } catch (error) {
      this.#environment.logger.warn?.({ err: error }, 'the note of a change that is over could not be removed');
    }
  }

  /** Writes the topics' file, with `entry` in place of its topic's or added. */
  async #writeTopics(entry?: TopicEntry): Promise<void> {
    const entries = new Map(Array.from(this.#topics, ([name, topic]) => [name, topic.entry()]));
    if (entry !== undefined) entries.set(entry.name, entry);
    await writingAside(this.#environment, () => writeTopicsFileAside(this.#environment, entries.values()));
  }

  #checkConfig(config: TopicConfig): TopicConfig {
    const { defaults, logger } = this.#environment;
    effectiveConfig(config, defaults);
    const stored = notObeyed(config);
    if (stored.length > 0)
      logger.info?.({ settings: stored }, 'settings that are stored and not acted on by this version');
    return config;
  }

  /** Runs `change` when those before it have ended. */
  async #alone<T>(change: () => Promise<T>): Promise<T> {
    const before = this.idle();
    const run = before.then(() => {
      this.#environment.health.check();
      return change();
    });
    this.#last = run;
    return run;
  }
}
