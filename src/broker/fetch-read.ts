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
import type { BrokerContext } from './broker-context.ts';
import { codeOf } from './kafka-failure.ts';
import { findPartition } from './partition-lookup.ts';

export type FetchedPartition = ResponseInputOf<typeof fetch>['responses'][number]['partitions'][number];

/** A partition as the client asks for it. */
export interface AskedPartition {
  /** Null: an id that no topic has. */
  readonly topic: string | null;
  readonly partition: number;
  /** The client may not read it. */
  readonly isDenied?: boolean;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly partitionMaxBytes: number;
}

export interface FetchBounds {
  readonly maxBytes: number;
  readonly isCommitted: boolean;
}

/** What one look found. */
export interface FetchLook {
  /** In the order of what was asked for. */
  readonly partitions: readonly FetchedPartition[];
  /** Of all records. */
  readonly size: number;
  readonly hasError: boolean;
}

const NO_RECORDS = Buffer.alloc(0);

/** A promise where a part is not in memory: it is brought in on another thread first. */
export function lookOnce(
  broker: BrokerContext,
  asked: readonly AskedPartition[],
  bounds: FetchBounds,
): FetchLook | Promise<FetchLook> {
  const look = new Look(broker, bounds);
  for (let i = 0; i < asked.length; i++) {
    const cold = look.add(asked[i]);
    if (cold !== null) return look.addRest(asked, i, cold);
  }
  return look;
}

class Look implements FetchLook {
  readonly partitions: FetchedPartition[] = [];
  size = 0;
  hasError = false;
  readonly #broker: BrokerContext;
  readonly #bounds: FetchBounds;

  constructor(broker: BrokerContext, bounds: FetchBounds) {
    this.#broker = broker;
    this.#bounds = bounds;
  }

  /** Null when it is done; otherwise the log that must be read asynchronously. */
  add(asked: AskedPartition): PartitionLog | null {
    if (asked.isDenied === true) {
      this.#failed(asked, kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED);
      return null;
    }
    const { log, errorCode } = findPartition(this.#broker, asked.topic, asked.partition, asked.currentLeaderEpoch);
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
      this.#failed(asked, codeOf(error), log);
    }
    return null;
  }

  async addRest(asked: readonly AskedPartition[], from: number, cold: PartitionLog): Promise<this> {
    let log: PartitionLog | null = cold;
    for (let i = from; ;) {
      if (log !== null) await this.#addCold(asked[i], log);
      if (++i === asked.length) return this;
      log = this.add(asked[i]);
    }
  }

  async #addCold(asked: AskedPartition, log: PartitionLog): Promise<void> {
    try {
      const run = await log.readAsync(asked.fetchOffset, { maxBytes: this.#room(asked) });
      this.#take(asked, log, () => run);
    } catch (error) {
      this.#failed(asked, codeOf(error), log);
    }
  }

  /** Bytes that the partition may have still. */
  #room({ partitionMaxBytes }: AskedPartition): number {
    return Math.max(0, Math.min(partitionMaxBytes, this.#bounds.maxBytes - this.size));
  }

  #take(asked: AskedPartition, log: PartitionLog, read: (maxBytes: number) => BatchRun): void {
    const { fetchOffset, partition } = asked;
    const { highWatermark, lastStableOffset, startOffset: logStartOffset } = log;
    const limit = this.#bounds.isCommitted ? lastStableOffset : highWatermark;
    const room = this.#room(asked);
    let run = room === 0 && this.size > 0 ? null : read(room);
    if (run !== null && limit < log.endOffset) run = run.before(limit);
    // Only the very first batch may be larger than what was asked for.
    const records = run === null || (this.size > 0 && run.size > room) ? NO_RECORDS : run.bytes;
    this.size += records.length;
    const abortedTransactions =
      this.#bounds.isCommitted && records.length > 0 ? log.abortedTransactions(fetchOffset, run!.nextOffset) : null;
    this.partitions.push({
      partitionIndex: partition,
      errorCode: kafkaErrorCodes.NONE,
      highWatermark,
      lastStableOffset,
      logStartOffset,
      abortedTransactions: this.#bounds.isCommitted ? (abortedTransactions ?? []) : null,
      records,
    });
  }

  #failed({ partition, topic }: AskedPartition, errorCode: number, log?: PartitionLog): void {
    this.hasError = true;
    if (log !== undefined) this.#broker.statistics.failures.fetchFailed(topic!, errorCode);
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
