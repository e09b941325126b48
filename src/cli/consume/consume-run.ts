/** One run of `millrace consume`: puts its parts together as the options say, and lets them work. */
import { isMillraceError, MillraceError } from '../../errors.ts';
import type { ReadOnlyStore } from '../../store/read-only-store.ts';
import type { TopicDescription } from '../../store/topic.ts';
import type { CommonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { findTopic } from '../data-directory.ts';
import { DescriptorStream } from '../descriptor-stream.ts';
import { note } from '../output.ts';
import { consumeAll } from './consuming.ts';
import { OutputBuffer } from './output-buffer.ts';
import { PartitionReader } from './partition-reader.ts';
import { jsonWriter, type RecordWriter, templateWriter, valueSuffix } from './record-text.ts';
import { type StartPosition, startOffset } from './start-position.ts';

export interface ConsumeOptions extends CommonOptions {
  /** Default: all partitions, those that come while it runs too. */
  readonly partition?: readonly number[];
  readonly from: StartPosition;
  readonly max?: number;
  readonly follow?: true;
  /** Neither: follow only from the end, where there is nothing else to do. */
  readonly exitAtEnd?: true;
  readonly format: string;
}

export async function consume(
  context: CliContext,
  store: ReadOnlyStore,
  name: string,
  options: ConsumeOptions,
): Promise<void> {
  const { signal } = context;
  // Checked first: it needs no topic.
  const write = options.json ? jsonWriter(name) : templateWriter(options.format, name);
  const topic = findTopic(store, name);
  const out = new OutputBuffer(context.stdout, signal);
  // While nothing comes nothing is written, and a pipe whose reader has gone would not be noticed.
  if (context.stdout instanceof DescriptorStream) context.stdout.watchReader();
  const suffix = options.json ? null : valueSuffix(options.format);
  const run = new ConsumeRun(context, store, topic, { write, valueSuffix: suffix, out });
  const indexes = options.partition ?? Array.from({ length: topic.partitions }, (_, index) => index);
  for (const index of new Set(indexes)) run.add(index, options.from);
  const look = (): void => run.look(options.partition === undefined);
  try {
    const { max = Infinity, exitAtEnd, from } = options;
    const follow = options.follow ?? (from.kind === 'end' && exitAtEnd !== true);
    await consumeAll({ readers: run.readers, out, max, follow, look, signal });
  } catch (error) {
    // What a read meets whose topic was deleted says little; that the topic has gone says all.
    if (isMillraceError(error) && !signal.aborted) look();
    throw error;
  }
}

/** What the readers of all partitions have in common. */
interface ReaderParts {
  readonly write: RecordWriter;
  readonly valueSuffix: Uint8Array | null;
  readonly out: OutputBuffer;
}

class ConsumeRun {
  readonly readers: PartitionReader[] = [];
  readonly #context: CliContext;
  readonly #store: ReadOnlyStore;
  readonly #topic: TopicDescription;
  readonly #parts: ReaderParts;

  constructor(context: CliContext, store: ReadOnlyStore, topic: TopicDescription, parts: ReaderParts) {
    this.#context = context;
    this.#store = store;
    this.#topic = topic;
    this.#parts = parts;
  }

  add(partition: number, start: StartPosition): void {
    const { name } = this.#topic;
    const log = this.#store.partition(name, partition);
    const offset = startOffset(log, start, `${name}-${partition}`);
    const onGap = (missed: number, next: number): void =>
      note(this.#context, `warning: ${name}-${partition} has offset ${missed} no more; goes on at ${next}`);
    this.readers.push(new PartitionReader({ log, partition, offset, onGap, ...this.#parts }));
  }

  /** Throws when the topic has gone; with `grow`, takes in partitions that are new. */
  look(grow: boolean): void {
    const { name, id } = this.#topic;
    const now = findTopic(this.#store, name);
    if (now.id !== id) {
      throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', `topic "${name}" was deleted and made anew meanwhile`);
    }
    if (!grow) return;
    for (let partition = this.#topic.partitions; partition < now.partitions; partition++) {
      if (this.readers.every((reader) => reader.partition !== partition)) this.add(partition, { kind: 'beginning' });
    }
  }
}
