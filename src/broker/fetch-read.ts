/**
 * One look at the partitions of a Fetch: what is there now, as views of the log's files, within the bounds that the client set.
 *
 * The first batch of all is given whatever its size; after it, what is larger than the rest of the bounds waits for the next request (KIP-74). End, last stable
 * offset and start are those of one moment, before the read (KAFKA-9807).
 */
import type { PartitionLog } from '../log/partition-log.ts';
import type { BatchRun } from '../record/batches.ts';
import type { ResponseInputOf } from '../protocol/api.ts';
import type { fetch } from '../protocol/apis/01-fetch.ts';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import { AclOperation } from '../security/acl-operation.ts';
import type { Access } from './access.ts';
import type { BrokerContext } from './broker-context.ts';
import type { NamedPartition } from './fetch-session.ts';
import { codeOf } from './kafka-failure.ts';
import { findPartition } from './partition-lookup.ts';

export type FetchedPartition = ResponseInputOf<typeof fetch>['responses'][number]['partitions'][number];

/** Who reads, and within what. */
export interface FetchReading {
  readonly broker: BrokerContext;
  readonly access: Access;
  /** Topics are named by their ids. */
  readonly usesIds: boolean;
  readonly maxBytes: number;
  /** Below it the answer waits; at most `maxBytes`, beyond which nothing could come. */
  readonly minBytes: number;
  readonly isCommitted: boolean;
}

/** What one look found. */
export interface FetchLook {
  /** In the order of what was asked for. */
  readonly partitions: readonly FetchedPartition[];
  /** Where their logs ended: who waits does it for what comes after that. -1 where there is no log to read. */
  readonly ends: readonly number[];
  /** Of all records. */
  readonly size: number;
  /** What is to be had reaches `minBytes`. */
  readonly isEnough: boolean;
  readonly hasError: boolean;
}

const NO_RECORDS = Buffer.alloc(0);

/** Null: an id that no topic has. */
export function topicOf({ usesIds, broker }: FetchReading, { topic, topicId }: NamedPartition): string | null {
  return usesIds ? broker.store.topicNameOf(topicId) : topic;
}

/** A promise where a part is not in memory: it is brought in on another thread first. */
export function lookOnce(reading: FetchReading, asked: readonly NamedPartition[]): FetchLook | Promise<FetchLook> {
  const look = new Look(reading);
  for (let i = 0; i < asked.length; i++) {
    const cold = look.add(asked[i]);
    if (cold !== null) return look.addRest(asked, i, cold);
  }
  return look;
}

class Look implements FetchLook {
  readonly partitions: FetchedPartition[] = [];
  readonly ends: number[] = [];
  size = 0;
  hasError = false;
  #available = 0;
  readonly #reading: FetchReading;

  constructor(reading: FetchReading) {
    this.#reading = reading;
  }

  get isEnough(): boolean {
    return this.#available >= this.#reading.minBytes;
  }

  /** Null when it is done; otherwise the log that must be read asynchronously. */
  add(asked: NamedPartition): PartitionLog | null {
    const { broker, access } = this.#reading;
    const topic = topicOf(this.#reading, asked);
    if (topic !== null && !access.topic(AclOperation.READ, topic)) {
      this.#failed(asked, kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED);
      return null;
    }
    const { log, errorCode } = findPartition(broker, topic, asked.partition, asked.currentLeaderEpoch);
    if (log === null) {
      this.#failed(asked, errorCode);
      return null;
    }
    const { fetchOffset } = asked;
    const isCold = fetchOffset >= log.startOffset && fetchOffset < log.activeBaseOffset && this.#room(asked) > 0;
    if (isCold) return log;
    try {
      this.#take(asked, log, (maxBytes) => log.read(fetchOffset, { maxBytes }));
    } catch (error) {
      this.#failed(asked, codeOf(error), { topic, log });
    }
    return null;
  }

  async addRest(asked: readonly NamedPartition[], from: number, cold: PartitionLog): Promise<this> {
    let log: PartitionLog | null = cold;
    for (let i = from; ;) {
      if (log !== null) await this.#addCold(asked[i], log);
      if (++i === asked.length) return this;
      log = this.add(asked[i]);
    }
  }

  async #addCold(asked: NamedPartition, log: PartitionLog): Promise<void> {
    try {
      const run = await log.readAsync(asked.fetchOffset, { maxBytes: this.#room(asked) });
      this.#take(asked, log, () => run);
    } catch (error) {
      this.#failed(asked, codeOf(error), { topic: topicOf(this.#reading, asked), log });
    }
  }

  /** Bytes that the partition may have still. */
  #room({ partitionMaxBytes }: NamedPartition): number {
    return Math.max(0, Math.min(partitionMaxBytes, this.#reading.maxBytes - this.size));
  }

  #take(asked: NamedPartition, log: PartitionLog, read: (maxBytes: number) => BatchRun): void {
    const { fetchOffset, partition } = asked;
    const { highWatermark, lastStableOffset, startOffset: logStartOffset } = log;
    const limit = this.#reading.isCommitted ? lastStableOffset : highWatermark;
    const room = this.#room(asked);
    let run = room === 0 && this.size > 0 ? null : read(room);
    if (run !== null && limit < log.endOffset) run = run.before(limit);
    // Only the very first batch may be larger than what was asked for.
    const records = run === null || run.size === 0 || (this.size > 0 && run.size > room) ? NO_RECORDS : run.bytes;
    this.size += records.length;
    this.#available += records.length;
    if (run !== null && run.size > 0 && !this.isEnough)
      this.#available += sizeBeyond(run, records.length, { log, room, limit });
    this.ends.push(log.endOffset);
    const abortedTransactions =
      this.#reading.isCommitted && records.length > 0 ? log.abortedTransactions(fetchOffset, run!.nextOffset) : null;
    this.partitions.push({
      partitionIndex: partition,
      errorCode: kafkaErrorCodes.NONE,
      highWatermark,
      lastStableOffset,
      logStartOffset,
      abortedTransactions: this.#reading.isCommitted ? (abortedTransactions ?? []) : null,
      records,
    });
  }

  /** `found`: the log that cannot be read; the topic may be gone meanwhile. */
  #failed({ partition }: NamedPartition, errorCode: number, found?: { topic: string | null; log: PartitionLog }): void {
    this.hasError = true;
    this.ends.push(-1);
    const { topic = null, log = null } = found ?? {};
    if (topic !== null) this.#reading.broker.statistics.failures.fetchFailed(topic, errorCode);
    // A client that is told OFFSET_OUT_OF_RANGE looks where the log begins.
    const { highWatermark = -1, lastStableOffset = -1, startOffset: logStartOffset = -1 } = log ?? {};
    this.partitions.push({
      partitionIndex: partition,
      errorCode,
      highWatermark,
      lastStableOffset,
      logStartOffset,
      abortedTransactions: null,
      records: NO_RECORDS,
    });
  }
}

/**
 * What is there and was not taken, since whole batches are: Kafka's brokers fill the room, and do not wait where one answer ends with a segment. Walks the
 * headers of the run, so it is asked only where the records are too few.
 */
function sizeBeyond(
  run: BatchRun,
  taken: number,
  { log, room, limit }: { log: PartitionLog; room: number; limit: number },
): number {
  const isAll = run.size <= room && run.nextOffset >= limit;
  if (isAll) return 0;
  return run.startOffset < log.activeBaseOffset ? Infinity : Math.max(0, room - taken);
}
