/**
 * A Writable whose chunks are records of one topic, for `pipeline()`.
 *
 * A chunk is taken when the producer has room for it (`maxUnacknowledgedBytes`), so a source is held back by the disk and not by each
 * acknowledgement; the stream finishes when all of its records are acknowledged. A record that fails destroys the stream with its error; those
 * before it are written. The producer stays open.
 */
import { Writable } from 'node:stream';
import { checkObject, invalidArgument } from '../errors.ts';
import type { ProducerRecord } from './partitioner.ts';
import type { RecordMetadata } from './delivery.ts';

/** What the stream needs of its producer. */
export interface RecordSink {
  send(
    topic: string,
    records: readonly ProducerRecord[],
    options: { readonly signal: AbortSignal; readonly onAdmitted: () => void },
  ): Promise<RecordMetadata[]>;
  flush(): Promise<void>;
}

export interface RecordWritableOptions {
  readonly topic: string;
  /** Where records go that name no partition themselves; default: the producer's partitioner says. */
  readonly partition?: number;
  /** Chunks that the stream holds before `write` returns false. Default 16, as Node's. */
  readonly highWaterMark?: number;
}

type Done = (error?: Error | null) => void;

export class RecordWritable extends Writable {
  readonly #producer: RecordSink;
  readonly #topic: string;
  readonly #partition: number | undefined;
  readonly #aborting = new AbortController();
  /** Sends without an answer. */
  #open = 0;
  #finish: Done | null = null;

  constructor(producer: RecordSink, options: RecordWritableOptions) {
    const { topic, partition, highWaterMark } = checkObject('options', options);
    if (typeof topic !== 'string') throw invalidArgument('topic', 'the name of a topic', topic);
    if (partition !== undefined && !(Number.isSafeInteger(partition) && partition >= 0))
      throw invalidArgument('partition', 'a partition', partition);
    super({ objectMode: true, decodeStrings: false, highWaterMark });
    this.#producer = producer;
    this.#topic = topic;
    this.#partition = partition;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: unknown }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    if (this.#open === 0) {
      done();
      return;
    }
    this.#finish = done;
    void this.#producer.flush();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#finish = null;
    // What still waits for room is not written any more.
    this.#aborting.abort(error ?? undefined);
    done(error);
  }

  #send(chunks: readonly unknown[], done: Done): void {
    const records = chunks.map((chunk) => this.#record(chunk));
    const { signal } = this.#aborting;
    this.#open++;
    this.#producer.send(this.#topic, records, { signal, onAdmitted: done }).then(
      () => this.#settled(),
      (error: Error) => this.destroy(error),
    );
  }

  #settled(): void {
    this.#open--;
    if (this.#open > 0 || this.#finish === null) return;
    const finish = this.#finish;
    this.#finish = null;
    finish();
  }

  #record(chunk: unknown): ProducerRecord {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) {
      return { value: chunk, partition: this.#partition };
    }
    const record = chunk as ProducerRecord;
    if (this.#partition === undefined || typeof record !== 'object' || record.partition !== undefined) return record;
    return { ...record, partition: this.#partition };
  }
}
