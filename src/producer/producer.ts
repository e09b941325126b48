/**
 * Writes records to topics, many of them as one batch: the way of Kafka's clients, in process.
 *
 * A record is encoded where it will stay when it is sent, and visible when its batch is sealed: after `lingerMs`, at `batchSize`, by `flush` or
 * `close`, or because something else is appended to the same partition. Promises: records of one partition have the order in which they were
 * sent, those of one `send` of an array stand in the order of the array; a `send` whose records cannot be records writes nothing at all. Not
 * promised: that records of one `send` become visible together, or that they stay unwritten when one of them fails later.
 *
 * For any number of callers on one thread. What a `send` was given must not change until it settles.
 */
import type { Clock } from '../clock.ts';
import { checkObject, MillraceError } from '../errors.ts';
import { WAITING_SENDS_MAX } from '../limits.ts';
import type { Logger, Timestamp } from '../types.ts';
import type { Delivery, RecordMetadata, SendResult } from './delivery.ts';
import { Ledger } from './ledger.ts';
import { Linger } from './linger.ts';
import { type LaneContext, PartitionLane } from './partition-lane.ts';
import type { ProducerRecord } from './partitioner.ts';
import { type CheckedProducerOptions, checkProducerOptions, type ProducerOptions } from './producer-options.ts';
import type { ProducerStatistics, SealReason } from './producer-statistics.ts';
import { type IdSource, ProducerIdentity } from './producer-identity.ts';
import { Queue } from './queue.ts';
import { recordSize } from './record-size.ts';
import { RecordWritable, type RecordWritableOptions } from './record-writable.ts';
import { abortedBy, checkSignal } from './send-signal.ts';
import { TopicLanes } from './topic-lanes.ts';
import type { TopicLogs } from './topic-logs.ts';

export interface SendOptions {
  /** Takes the send back while none of its records is encoded: ERR_MILLRACE_ABORTED. Later it changes nothing. */
  readonly signal?: AbortSignal;
  /** Called when the send does not wait for `maxUnacknowledgedBytes` (any more). Must not throw. */
  readonly onAdmitted?: () => void;
}

export interface CloseOptions {
  /** False: what may be tried again is tried once more, now, and then given up. Default true. */
  readonly retry?: boolean;
}

export interface ProducerEnvironment {
  /** What it is called when its options do not say. */
  readonly clientId?: string;
  /** For those that are idempotent. */
  readonly producerIds: IdSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once, when the producer has been closed. */
  readonly onClosed?: (producer: Producer) => void;
}

interface WaitingSend {
  readonly topic: string;
  readonly records: ProducerRecord | readonly ProducerRecord[];
  readonly sizes: readonly number[] | null;
  readonly delivery: Delivery;
  readonly onAdmitted: (() => void) | undefined;
  readonly since: Timestamp;
}

const NO_OPTIONS: SendOptions = {};

export class Producer {
  readonly #options: CheckedProducerOptions;
  readonly #environment: ProducerEnvironment;
  readonly #ledger: Ledger;
  readonly #linger: Linger;
  readonly #context: LaneContext;
  readonly #topics = new Map<string, TopicLanes>();
  readonly #waiting = new Queue<WaitingSend>();
  #waitingSends = 0;
  #admitsSoon = false;
  #closing: Promise<void> | null = null;

  /** Made by `store.producer(options)`. */
  constructor(logs: TopicLogs, environment: ProducerEnvironment, options: ProducerOptions = {}) {
    this.#environment = environment;
    this.#options = checkProducerOptions(options, environment.logger, environment.clientId);
    this.#ledger = new Ledger(this.#options.maxUnacknowledgedBytes, () => this.#admitSoon());
    this.#linger = new Linger(environment.clock, this.#options.lingerMs);
    this.#context = {
      logs,
      clock: environment.clock,
      options: this.#options,
      ledger: this.#ledger,
      linger: this.#linger,
      identity: this.#options.idempotent ? new ProducerIdentity(environment.producerIds) : null,
      stalled: new Set(),
      retries: this.#options.retries,
      ended: (lane) => this.#topics.get(lane.topic)?.leave(lane.partition),
    };
  }

  /** What metrics call it. */
  get clientId(): string {
    return this.#options.clientId;
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  get statistics(): ProducerStatistics {
    const { counters, unacknowledgedBytes } = this.#ledger;
    const inHand = {
      waitingSends: this.#waitingSends,
      unacknowledgedBytes,
      unacknowledgedBytesMax: this.#options.maxUnacknowledgedBytes,
    };
    return counters.snapshot(inHand, this.#environment.clock.now());
  }

  /**
   * Sends a record, or several in their order. Settles when all of them are acknowledged (see `acks` and `durability`) or one has failed.
   * Errors: INVALID_ARGUMENT, TOO_LARGE, UNKNOWN_TOPIC, OFFLINE, CLOSED, ABORTED, QUEUE_FULL; NO_SPACE when the retries are used up, TIMED_OUT
   * when the time is; and what the partitioner threw.
   */
  send(topic: string, record: ProducerRecord, options?: SendOptions): Promise<RecordMetadata>;
  send(topic: string, records: readonly ProducerRecord[], options?: SendOptions): Promise<RecordMetadata[]>;
  send(
    topic: string,
    records: ProducerRecord | readonly ProducerRecord[],
    options: SendOptions = NO_OPTIONS,
  ): Promise<SendResult> {
    try {
      if (this.#closing !== null) throw new MillraceError('ERR_MILLRACE_CLOSED', 'the producer is closed');
      const { signal, onAdmitted } = checkObject('options', options);
      if (signal !== undefined) checkSignal(signal);
      const sizes = isArray(records) ? records.map(recordSize) : null;
      if (sizes?.length === 0) return Promise.resolve([]);
      const size = sizes === null ? recordSize(records as ProducerRecord, 0) : sum(sizes);
      const delivery = this.#begin({ topic, records, sizes, onAdmitted }, size);
      if (signal !== undefined) delivery.listen(signal, () => this.#takeBack(delivery, signal));
      return delivery.promise;
    } catch (error) {
      return rejection(error);
    }
  }

  /** Seals all batches; settles when everything that was sent so far has been acknowledged or has failed (which its `send` tells). */
  flush(): Promise<void> {
    const flushed = this.#ledger.flush();
    this.#sealAll('flush');
    return flushed;
  }

  /** A Writable whose chunks are records (or values) for a topic; see `RecordWritable`. */
  writable(options: RecordWritableOptions): RecordWritable {
    return new RecordWritable(this, options);
  }

  /** Flushes, and takes nothing more. Idempotent. */
  async close(options: CloseOptions = {}): Promise<void> {
    const { retry } = checkObject('options', options);
    this.#closing ??= this.#close();
    if (retry === false) {
      this.#context.retries = 0;
      for (const lane of this.#context.stalled) lane.retry();
    }
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const flushed = this.#ledger.flush();
    this.#sealAll('close');
    await flushed;
    this.#linger.close();
    this.#ledger.close();
    this.#environment.onClosed?.(this);
  }

  #begin(send: Omit<WaitingSend, 'delivery' | 'since'>, size: number): Delivery {
    const { topic, records, sizes, onAdmitted } = send;
    const count = sizes === null ? null : sizes.length;
    if (this.#waiting.length === 0 && this.#take(size)) {
      const delivery = this.#ledger.begin(count, size);
      this.#dispatch(topic, records, sizes, delivery);
      onAdmitted?.();
      return delivery;
    }
    if (this.#waitingSends >= WAITING_SENDS_MAX) {
      this.#ledger.counters.refusedSends++;
      throw new MillraceError('ERR_MILLRACE_QUEUE_FULL', `${this.#waitingSends} sends wait already`);
    }
    const delivery = this.#ledger.begin(count, size);
    this.#waiting.push({ topic, records, sizes, delivery, onAdmitted, since: this.#environment.clock.now() });
    this.#waitingSends++;
    return delivery;
  }

  /** When there is no room, what waits for company waits no longer (as in Kafka's accumulator). */
  #take(size: number): boolean {
    if (this.#ledger.take(size)) return true;
    this.#sealAll('full');
    return this.#ledger.take(size);
  }

  /** Gives the records of a send that was admitted to their partitions. */
  #dispatch(topic: string, records: WaitingSend['records'], sizes: WaitingSend['sizes'], delivery: Delivery): void {
    delivery.isAdmitted = true;
    try {
      const lanes = this.#lanesOf(topic);
      const now = this.#environment.clock.now();
      if (sizes === null) lanes.add(records as ProducerRecord, delivery, now);
      else lanes.addAll({ records: records as readonly ProducerRecord[], sizes, delivery, now });
    } catch (error) {
      // None of its records was added.
      this.#ledger.counters.errors += sizes?.length ?? 1;
      this.#ledger.cancelled(delivery, error);
      this.#ledger.giveBack(delivery.size);
    }
  }

  #lanesOf(topic: string): TopicLanes {
    const partitions = this.#partitionCount(topic);
    let lanes = this.#topics.get(topic);
    if (lanes === undefined) {
      const make = (partition: number): PartitionLane => new PartitionLane(this.#context, topic, partition);
      lanes = new TopicLanes(topic, this.#options, make);
      this.#topics.set(topic, lanes);
    }
    lanes.count(partitions);
    return lanes;
  }

  #partitionCount(topic: string): number {
    try {
      return this.#context.logs.partitionCount(topic);
    } catch (error) {
      // It was deleted: what a lane of it still has in hand finds that out by itself.
      this.#topics.delete(topic);
      throw error;
    }
  }

  /** Not at once: bytes are given back in the middle of somebody's append. */
  #admitSoon(): void {
    if (this.#admitsSoon || this.#waiting.length === 0) return;
    this.#admitsSoon = true;
    queueMicrotask(() => {
      this.#admitsSoon = false;
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const { topic, records, sizes, delivery, onAdmitted, since } = next;
      if (!delivery.isCancelled) {
        if (!this.#take(delivery.size)) break;
        this.#waitingSends--;
        this.#ledger.counters.waitedMs += Math.max(this.#environment.clock.now() - since, 0);
        this.#dispatch(topic, records, sizes, delivery);
        onAdmitted?.();
      }
      this.#waiting.shift();
    }
    if (this.#ledger.isFlushing) this.#sealAll(this.#closing === null ? 'flush' : 'close');
  }

  #takeBack(delivery: Delivery, signal: AbortSignal): void {
    if (!delivery.canBeCancelled) return;
    this.#ledger.cancelled(delivery, abortedBy(signal));
    if (delivery.isAdmitted) this.#ledger.giveBack(delivery.size);
    else {
      this.#waitingSends--;
      this.#admitSoon();
    }
  }

  #sealAll(reason: SealReason): void {
    for (const batch of this.#linger.open) batch.seal(reason);
  }
}

async function rejection(error: unknown): Promise<never> {
  throw error;
}

function isArray(records: ProducerRecord | readonly ProducerRecord[]): records is readonly ProducerRecord[] {
  return Array.isArray(records);
}

function sum(sizes: readonly number[]): number {
  let total = 0;
  for (const size of sizes) total += size;
  return total;
}
