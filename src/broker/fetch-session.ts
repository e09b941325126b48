/**
 * One fetch session: the partitions that a client reads, kept here so that its requests only say what changes, and what it was told of each last, so that
 * answers only say that too (KIP-227). A state machine: no log, no socket.
 *
 * Partitions are read in the order in which they were named, and one that had records goes to the end: within a bound on the size of an answer each has its turn.
 */
import type { RequestOf } from '../protocol/api.ts';
import type { fetch } from '../protocol/apis/01-fetch.ts';
import type { FetchedPartition } from './fetch-read.ts';

export type FetchRequest = RequestOf<typeof fetch>;
type TopicOf = FetchRequest['topics'][number];

/** A partition as the client names it: by the topic's name or, in later versions, by its id. */
export interface NamedPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly partitionMaxBytes: number;
}

interface Kept {
  asked: NamedPartition;
  /** What the client was told last; -1 before it was told anything. */
  highWatermark: number;
  logStartOffset: number;
}

export const FIRST_EPOCH = 1;
const EPOCH_MAX = 0x7fff_ffff;

export class FetchSession {
  readonly id: number;
  readonly usesIds: boolean;
  /** Who began it: a session is nobody else's. */
  readonly principal: string;
  lastUsed: number;
  #epoch = FIRST_EPOCH;
  readonly #partitions = new Map<string, Kept>();

  constructor(id: number, { usesIds, principal, now }: { usesIds: boolean; principal: string; now: number }) {
    this.id = id;
    this.usesIds = usesIds;
    this.principal = principal;
    this.lastUsed = now;
  }

  /** That of the client's next request. */
  get epoch(): number {
    return this.#epoch;
  }

  get size(): number {
    return this.#partitions.size;
  }

  /** In the order in which they are to be read. */
  get partitions(): NamedPartition[] {
    return Array.from(this.#partitions.values(), ({ asked }) => asked);
  }

  add(partitions: readonly NamedPartition[]): void {
    for (const asked of partitions) {
      const kept = this.#partitions.get(keyOf(asked, this.usesIds));
      if (kept === undefined)
        this.#partitions.set(keyOf(asked, this.usesIds), { asked, highWatermark: -1, logStartOffset: -1 });
      else if (!isSame(kept.asked, asked)) kept.asked = asked;
    }
  }

  /** What a request changes: partitions that are new or read elsewhere, and those that are not read any more. */
  update({ topics, forgottenTopicsData }: Pick<FetchRequest, 'topics' | 'forgottenTopicsData'>): void {
    this.add(mentions(topics));
    for (const { topic, topicId, partitions } of forgottenTopicsData) {
      for (const partition of partitions) this.#partitions.delete(keyOf({ topic, topicId, partition }, this.usesIds));
    }
  }

  /** A request of the session has come. */
  advance(now: number): void {
    this.#epoch = this.#epoch === EPOCH_MAX ? FIRST_EPOCH : this.#epoch + 1;
    this.lastUsed = now;
  }

  /** Takes in what the client is told of a partition now. False when that is nothing new, and it need not be told. */
  tell(asked: NamedPartition, found: FetchedPartition): boolean {
    const key = keyOf(asked, this.usesIds);
    const kept = this.#partitions.get(key);
    // It was forgotten by a request that came meanwhile.
    if (kept === undefined) return true;
    const { highWatermark, logStartOffset = -1 } = found;
    const hasRecords = (found.records?.length ?? 0) > 0;
    const isNews =
      hasRecords ||
      found.errorCode !== 0 ||
      highWatermark !== kept.highWatermark ||
      logStartOffset !== kept.logStartOffset;
    // After an error the client must be told what is, whatever it knew before.
    kept.highWatermark = found.errorCode === 0 ? highWatermark : -1;
    kept.logStartOffset = found.errorCode === 0 ? logStartOffset : -1;
    if (hasRecords) {
      this.#partitions.delete(key);
      this.#partitions.set(key, kept);
    }
    return isNews;
  }
}

/** The partitions that a request names, each once: in the order of their first mention, and as the last one has them, like a map of Kafka's. */
export function namedPartitions(topics: readonly TopicOf[], usesIds: boolean): NamedPartition[] {
  const named = mentions(topics);
  if (!hasRepeats(topics, usesIds)) return named;
  return Array.from(new Map(named.map((asked) => [keyOf(asked, usesIds), asked])).values());
}

function mentions(topics: readonly TopicOf[]): NamedPartition[] {
  return topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(({ partition, currentLeaderEpoch, fetchOffset, partitionMaxBytes }) => ({
      topic,
      topicId,
      partition,
      currentLeaderEpoch,
      fetchOffset,
      partitionMaxBytes,
    })),
  );
}

/** Asked of each request that names all its partitions, of which there may be thousands: a key for each would take longer than they do. */
function hasRepeats(topics: readonly TopicOf[], usesIds: boolean): boolean {
  const names = new Set(topics.map(({ topic, topicId }) => (usesIds ? topicId : topic)));
  return (
    names.size < topics.length || topics.some(({ partitions }) => !isAscending(partitions) && !isDistinct(partitions))
  );
}

function isAscending(partitions: TopicOf['partitions']): boolean {
  for (let i = 1; i < partitions.length; i++) if (partitions[i].partition <= partitions[i - 1].partition) return false;
  return true;
}

function isDistinct(partitions: TopicOf['partitions']): boolean {
  return new Set(partitions.map(({ partition }) => partition)).size === partitions.length;
}

/** What is kept may stay, and what came with the request may go. */
function isSame(kept: NamedPartition, asked: NamedPartition): boolean {
  return (
    kept.fetchOffset === asked.fetchOffset &&
    kept.currentLeaderEpoch === asked.currentLeaderEpoch &&
    kept.partitionMaxBytes === asked.partitionMaxBytes
  );
}

/** Neither a topic's name nor an id has a slash. */
function keyOf(
  { topic, topicId, partition }: Pick<NamedPartition, 'topic' | 'topicId' | 'partition'>,
  usesIds: boolean,
): string {
  return `${usesIds ? topicId : topic}/${partition}`;
}
