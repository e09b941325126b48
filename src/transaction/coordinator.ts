/**
 * The transaction coordinator as a state machine without I/O: it is asked, and says what is to be written, which markers are to be sent and what is
 * to be answered (coordinator-step.ts). Clock and producer ids are handed in; the same calls give the same steps.
 *
 * Promises: what it answers with success was written before; a decided transaction is completed, by whoever loads it next; a producer whose
 * transactional id was initialised by another one is refused from then on, and cannot touch what the other one does; and with version 2 no late
 * request touches a later transaction of the same producer (KIP-98, KIP-360, KIP-890). Not its work: the log, the partitions, who may ask.
 */
import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import type { TopicPartition } from '../types.ts';
import {
  answerWith,
  DONE,
  refusal,
  refuse,
  type Step,
  type TransactionMarkers,
  type TransactionWrite,
} from './coordinator-step.ts';
import { type EndRequest, judgeEnd } from './end-judgement.ts';
import { judgeInit, type InitRequest } from './init-judgement.ts';
import { KnownTransaction } from './known-transaction.ts';
import { PartitionSet } from './partition-set.ts';
import { RemainingPartitions } from './remaining-partitions.ts';
import {
  completed,
  dead,
  isEpochExhausted,
  newMetadata,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  prepared,
  PRODUCER_EPOCH_MAX,
  type TransactionMetadata,
  type TransactionVersion,
  withEpoch,
  withPartitions,
  withProducerId,
} from './transaction-metadata.ts';
import { isIdle, isPrepared } from './transaction-state.ts';

export interface CoordinatorOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Gives a producer id that was never given before; what it throws is thrown on, and nothing has changed. */
  readonly nextProducerId: () => number;
  /** With which the coordinator itself ends transactions. */
  readonly version: TransactionVersion;
  /** `transaction.max.timeout.ms` */
  readonly timeoutMsMax: number;
  /** `transactional.id.expiration.ms` */
  readonly expirationMs: number;
}

export interface PartitionsRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: Iterable<TopicPartition>;
  readonly clientVersion: TransactionVersion;
}

export class TransactionCoordinator {
  readonly #options: CoordinatorOptions;
  readonly #known = new Map<string, KnownTransaction>();

  constructor(options: CoordinatorOptions) {
    this.#options = options;
  }

  /** All transactional ids. */
  get transactions(): IterableIterator<Readonly<KnownTransaction>> {
    return this.#known.values();
  }

  get(transactionalId: string): Readonly<KnownTransaction> | undefined {
    return this.#known.get(transactionalId);
  }

  /** Takes in what a partition of the transaction log says; returns what is to be done for transactions that are decided and not completed. */
  load(entries: Iterable<readonly [transactionalId: string, metadata: TransactionMetadata]>): Step[] {
    const steps: Step[] = [];
    for (const [transactionalId, metadata] of entries) {
      const known = new KnownTransaction(transactionalId, metadata);
      this.#known.set(transactionalId, known);
      if (isPrepared(metadata.state)) steps.push(this.#mark(known));
    }
    return steps;
  }

  /** Forgets ids, since another coordinator has taken their partition over. */
  unload(isGone: (transactionalId: string) => boolean): void {
    for (const id of this.#known.keys()) if (isGone(id)) this.#known.delete(id);
  }

  /** InitProducerId: a producer id and an epoch above those of all producers before. Aborts what the last one left open: ask again then. */
  init(request: InitRequest): Step {
    const { transactionalId, timeoutMs } = request;
    if (transactionalId === '') return refuse('INVALID_REQUEST');
    if (!(timeoutMs > 0 && timeoutMs <= this.#options.timeoutMsMax)) return refuse('INVALID_TRANSACTION_TIMEOUT');
    const now = this.#now();
    const found = this.#known.get(transactionalId);
    const known =
      found ?? new KnownTransaction(transactionalId, newMetadata(this.#options.nextProducerId(), timeoutMs, now));
    const { metadata } = known;
    const verdict = judgeInit(metadata, known.pending !== null, request.expected ?? null);
    if (verdict.do === 'refuse') return refuse(verdict.error);
    if (verdict.do === 'abort') return this.#fence(known, 'init');
    const begun =
      verdict.do === 'rotate'
        ? withProducerId(
            metadata,
            this.#options.nextProducerId(),
            { timeoutMs, keepsLastEpoch: verdict.keepsLastEpoch },
            now,
          )
        : withEpoch(metadata, verdict, timeoutMs, now);
    this.#known.set(transactionalId, known);
    // From now on who comes with the old epoch is fenced, whatever it was before.
    known.timedOut = null;
    return this.#write(known, 'begin', begun, answerWith(begun));
  }

  /** AddPartitionsToTxn, and AddOffsetsToTxn with the group's partition of `__consumer_offsets`. The first one begins the transaction. */
  addPartitions(request: PartitionsRequest): Step {
    const added = new PartitionSet(request.partitions);
    const known = this.#known.get(request.transactionalId);
    if (request.transactionalId === '') return refuse('INVALID_REQUEST');
    if (known === undefined) return refuse('INVALID_PRODUCER_ID_MAPPING');
    const { metadata } = known;
    // First of all: the change that is under way may be to the producer id that the request has.
    if (known.pending !== null) return refuse('CONCURRENT_TRANSACTIONS');
    if (metadata.producerId !== request.producerId) return refuse('INVALID_PRODUCER_ID_MAPPING');
    if (metadata.producerEpoch !== request.producerEpoch) return refuse('PRODUCER_FENCED');
    if (isPrepared(metadata.state)) return refuse('CONCURRENT_TRANSACTIONS');
    if (metadata.state === 'Ongoing' && metadata.partitions.hasAll(added)) return { do: 'answer', answer: DONE };
    return this.#write(known, 'begin', withPartitions(metadata, added, request.clientVersion, this.#now()), DONE);
  }

  /** AddPartitionsToTxn that only asks (KIP-890): which of the partitions are not in the transaction, with the error for each. */
  verifyPartitions(request: Omit<PartitionsRequest, 'clientVersion'>): Step | readonly TopicPartition[] {
    const known = this.#known.get(request.transactionalId);
    if (request.transactionalId === '') return refuse('INVALID_REQUEST');
    if (known === undefined || known.metadata.producerId !== request.producerId)
      return refuse('INVALID_PRODUCER_ID_MAPPING');
    const { producerEpoch, state, partitions } = known.metadata;
    if (producerEpoch !== request.producerEpoch) return refuse('PRODUCER_FENCED');
    if (isPrepared(state)) return refuse('CONCURRENT_TRANSACTIONS');
    return [...new PartitionSet(request.partitions)].filter((partition) => !partitions.has(partition));
  }

  /** EndTxn. */
  end(request: EndRequest): Step {
    if (request.transactionalId === '') return refuse('INVALID_REQUEST');
    const known = this.#known.get(request.transactionalId);
    if (known === undefined) return refuse('INVALID_PRODUCER_ID_MAPPING');
    const verdict = judgeEnd(known.metadata, known.pending !== null, request);
    if (typeof verdict !== 'string') return { do: 'answer', answer: verdict };
    return this.#end(known, verdict, request.clientVersion, DONE);
  }

  /** A write is durable: what comes next. */
  written(write: TransactionWrite): Step {
    const known = this.#known.get(write.transactionalId);
    assert(known?.pending === write, 'a write that nobody waits for');
    known.pending = null;
    if (write.value === null) {
      this.#known.delete(write.transactionalId);
      return { do: 'answer', answer: write.answer };
    }
    known.metadata = write.value;
    if (write.kind === 'complete') known.hasFailedFence = false;
    if (write.kind !== 'end') return { do: 'answer', answer: write.answer };
    return this.#mark(known, write.answer.error === null ? null : write.answer);
  }

  /** A write could not be made: all is as before. A `complete` is to be tried again instead, until it succeeds or the coordinator is given up. */
  failed(write: TransactionWrite): void {
    const known = this.#known.get(write.transactionalId);
    assert(known?.pending === write, 'a write that nobody waits for');
    assert(write.kind !== 'complete', 'a completion that was given up');
    known.pending = null;
    if (known.isNew) this.#known.delete(write.transactionalId);
  }

  /** A marker is written, or its partition is no more. Null as long as others are missing. */
  marked(transactionalId: string, partition: TopicPartition): TransactionWrite | null {
    const known = this.#known.get(transactionalId);
    assert(known !== undefined && isPrepared(known.metadata.state), 'a marker of a transaction that is not decided');
    known.unmarked.done(partition);
    return known.unmarked.size === 0 ? known.pending : null;
  }

  /** The ids whose transactions have been open for longer than their time; `abortTimedOut` aborts one. */
  timedOut(): string[] {
    return [...this.#known.values()]
      .filter((known) => this.#isLate(known))
      .map(({ transactionalId }) => transactionalId);
  }

  /** Aborts a transaction, if its time is over and nothing else is under way. */
  abortTimedOut(transactionalId: string): Step | null {
    const known = this.#known.get(transactionalId);
    return known !== undefined && this.#isLate(known) ? this.#fence(known, 'time-out') : null;
  }

  /** Begins to forget the ids that nobody has used for long. */
  expireIds(): TransactionWrite[] {
    const before = this.#now() - this.#options.expirationMs;
    const unused = [...this.#known.values()].filter(
      ({ pending, metadata }) => pending === null && isIdle(metadata.state) && metadata.updatedAt <= before,
    );
    return unused.map((known) => {
      const write = { transactionalId: known.transactionalId, value: null, kind: 'expire', answer: DONE } as const;
      assert(dead(known.metadata).partitions.size === 0, 'an id that expires in the middle of a transaction');
      known.pending = write;
      return write;
    });
  }

  /** Aborts, for another producer or since the time is over, with an epoch that the one that began it does not have. */
  #fence(known: KnownTransaction, why: 'init' | 'time-out'): Step {
    const { metadata } = known;
    const { version } = this.#options;
    if (why === 'time-out') known.timedOut = { producerId: metadata.producerId, producerEpoch: metadata.producerEpoch };
    // Version 2 takes the next epoch at every end. One that could not be written was given to nobody, and is used again.
    if (version < 2 && !known.hasFailedFence) {
      const producerEpoch = Math.min(metadata.producerEpoch + 1, PRODUCER_EPOCH_MAX);
      known.metadata = { ...metadata, producerEpoch, lastProducerEpoch: NO_PRODUCER_EPOCH };
      known.hasFailedFence = true;
    }
    return this.#end(known, 'PrepareAbort', version, why === 'init' ? refusal('CONCURRENT_TRANSACTIONS') : DONE);
  }

  #end(
    known: KnownTransaction,
    state: 'PrepareCommit' | 'PrepareAbort',
    clientVersion: TransactionVersion,
    answer: TransactionWrite['answer'],
  ): Step {
    const changesId = clientVersion >= 2 && isEpochExhausted(known.metadata.producerEpoch);
    const nextProducerId = changesId ? this.#options.nextProducerId() : NO_PRODUCER_ID;
    const value = prepared(known.metadata, state, { clientVersion, nextProducerId }, this.#now());
    return this.#write(known, 'end', value, answer);
  }

  #write(
    known: KnownTransaction,
    kind: 'begin' | 'end',
    value: TransactionMetadata,
    answer: TransactionWrite['answer'],
  ): Step {
    assert(known.pending === null, 'two writes at once for', known.transactionalId);
    const write = { transactionalId: known.transactionalId, value, kind, answer };
    known.pending = write;
    return { do: 'write', write };
  }

  /** The transaction is decided: markers, and when they are written the completion, which is pending from now on. */
  #mark(known: KnownTransaction, refused: TransactionWrite['answer'] | null = null): Step {
    const { transactionalId, metadata } = known;
    const { state, producerId, producerEpoch, clientVersion: version } = metadata;
    const value = completed(metadata, this.#now());
    const answer = refused ?? (version >= 2 ? answerWith(value) : DONE);
    const complete: TransactionWrite = { transactionalId, value, kind: 'complete', answer };
    known.pending = complete;
    known.unmarked = new RemainingPartitions(metadata.partitions);
    if (known.unmarked.size === 0) return { do: 'write', write: complete };
    const type = state === 'PrepareCommit' ? 'commit' : 'abort';
    const partitions = [...metadata.partitions];
    const markers: TransactionMarkers = { transactionalId, type, producerId, producerEpoch, version, partitions };
    return { do: 'mark', answer, markers };
  }

  #isLate({ pending, metadata }: KnownTransaction): boolean {
    const { state, startedAt, timeoutMs } = metadata;
    return pending === null && state === 'Ongoing' && startedAt + timeoutMs < this.#now();
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
