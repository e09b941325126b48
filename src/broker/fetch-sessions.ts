/**
 * The fetch sessions of a broker, up to a bound (`max.incremental.fetch.session.cache.slots`): who gets none is told so by session id 0, and names all its
 * partitions each time. A new one takes the place of one that was not used for two minutes.
 *
 *     session id, epoch of a request    what it is
 *     0, -1                             a fetch without a session
 *     0 or one to be ended, 0           begins a session, and says all that there is to say
 *     one to be ended, -1               ends it, and is a fetch without a session
 *     one, its epoch                    goes on with it
 */
import { randomInt } from 'node:crypto';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import type { FetchedPartition } from './fetch-read.ts';
import { type FetchRequest, FetchSession, namedPartitions, type NamedPartition } from './fetch-session.ts';

/** Kafka's `min.incremental.fetch.session.eviction.ms`. */
const EVICTION_MS = 120_000;
const NO_SESSION = 0;
const FINAL_EPOCH = -1;
const INITIAL_EPOCH = 0;
const ID_END = 2 ** 31;

/** What one request is to be answered with: the partitions that are read for it, and which of them the client is told of. */
export interface FetchPlan {
  /** Not 0: this, and nothing else, is the answer. */
  readonly errorCode: number;
  readonly partitions: readonly NamedPartition[];
  /** Of one that goes on; 0 where there is none yet. */
  readonly sessionId: number;
  /** Called once, when the answer is known, and not for one that tells nothing. */
  conclude(found: readonly FetchedPartition[]): {
    readonly sessionId: number;
    readonly told: readonly boolean[] | 'all';
  };
}

export interface FetchClient {
  readonly principal: string;
  readonly usesIds: boolean;
}

export class FetchSessions {
  readonly #slots: number;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #sessions = new Map<number, FetchSession>();

  #evictions = 0;

  constructor(slots: number, now: () => number) {
    this.#slots = slots;
    this.#now = now;
  }

  /** Sessions that made room for others. */
  get evictions(): number {
    return this.#evictions;
  }

  get count(): number {
    return this.#sessions.size;
  }

  get partitionCount(): number {
    let count = 0;
    for (const { size } of this.#sessions.values()) count += size;
    return count;
  }

  plan(request: FetchRequest, client: FetchClient): FetchPlan {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch === FINAL_EPOCH || sessionEpoch === INITIAL_EPOCH) {
      if (this.#sessions.get(sessionId)?.principal === client.principal) this.#sessions.delete(sessionId);
      const named = namedPartitions(request.topics, client.usesIds);
      return sessionEpoch === INITIAL_EPOCH ? this.#firstPlan(named, client) : fullPlan(named, () => null);
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined || session.principal !== client.principal) return refused('FETCH_SESSION_ID_NOT_FOUND');
    if (session.usesIds !== client.usesIds) return refused('FETCH_SESSION_TOPIC_ID_ERROR');
    if (session.epoch !== sessionEpoch) return refused('INVALID_FETCH_SESSION_EPOCH');
    session.update(request);
    session.advance(this.#now());
    this.#sessions.delete(sessionId);
    // A session of nothing is over.
    if (session.size === 0) return fullPlan([], () => null);
    this.#sessions.set(sessionId, session);
    return incrementalPlan(session);
  }

  /** Knows nothing of the request, which a fetch that waits would keep. */
  #firstPlan(partitions: readonly NamedPartition[], client: FetchClient): FetchPlan {
    return fullPlan(partitions, () => this.#begin(partitions, client));
  }

  #begin(partitions: readonly NamedPartition[], { principal, usesIds }: FetchClient): FetchSession | null {
    if (partitions.length === 0 || !this.#makeRoom()) return null;
    const session = new FetchSession(this.#freeId(), { usesIds, principal, now: this.#now() });
    session.add(partitions);
    this.#sessions.set(session.id, session);
    return session;
  }

  #makeRoom(): boolean {
    if (this.#sessions.size < this.#slots) return true;
    const [oldest] = this.#sessions.values();
    if (oldest === undefined || oldest.lastUsed > this.#now() - EVICTION_MS) return false;
    this.#sessions.delete(oldest.id);
    this.#evictions++;
    return true;
  }

  #freeId(): number {
    for (;;) {
      const id = randomInt(1, ID_END);
      if (!this.#sessions.has(id)) return id;
    }
  }
}

function fullPlan(partitions: readonly NamedPartition[], begin: () => FetchSession | null): FetchPlan {
  return {
    errorCode: kafkaErrorCodes.NONE,
    partitions,
    sessionId: NO_SESSION,
    conclude(found) {
      const session = begin();
      if (session !== null) partitions.forEach((asked, i) => session.tell(asked, found[i]));
      return { sessionId: session?.id ?? NO_SESSION, told: 'all' };
    },
  };
}

function incrementalPlan(session: FetchSession): FetchPlan {
  const { partitions } = session;
  return {
    errorCode: kafkaErrorCodes.NONE,
    partitions,
    sessionId: session.id,
    conclude: (found) => ({ sessionId: session.id, told: partitions.map((asked, i) => session.tell(asked, found[i])) }),
  };
}

function refused(
  why: 'FETCH_SESSION_ID_NOT_FOUND' | 'FETCH_SESSION_TOPIC_ID_ERROR' | 'INVALID_FETCH_SESSION_EPOCH',
): FetchPlan {
  return {
    errorCode: kafkaErrorCodes[why],
    partitions: [],
    sessionId: NO_SESSION,
    conclude: () => ({ sessionId: NO_SESSION, told: 'all' }),
  };
}
