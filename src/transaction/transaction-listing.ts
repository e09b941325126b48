/** What may be told of transactional ids: DescribeTransactions and ListTransactions (KIP-664), and the store's own face. */
import type { Timestamp, TopicPartition } from '../types.ts';
import type { KnownTransaction } from './known-transaction.ts';
import { isPrepared, type TransactionState, transactionStates } from './transaction-state.ts';

export interface TransactionDescription {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly state: TransactionState;
  readonly timeoutMs: number;
  /** When the open or the last transaction began; -1 before the first one. */
  readonly startedAt: Timestamp;
  /** Partitions of the open transaction; of a decided one, those that miss their marker. */
  readonly partitions: readonly TopicPartition[];
}

export interface TransactionFilter {
  readonly producerIds?: readonly number[];
  /** Names of states; see `unknownStates`. */
  readonly states?: readonly string[];
  /** Only those that began longer ago. */
  readonly longerThanMs?: number;
  /** Of the transactional id, which it must match as a whole. */
  readonly pattern?: RegExp;
}

/** Null for an id that is being forgotten. */
export function describe(known: Readonly<KnownTransaction>): TransactionDescription | null {
  if (known.pending?.value === null) return null;
  const { transactionalId, metadata, unmarked } = known;
  const { producerId, producerEpoch, state, timeoutMs, startedAt } = metadata;
  const partitions = [...(isPrepared(state) ? unmarked : metadata.partitions)];
  return { transactionalId, producerId, producerEpoch, state, timeoutMs, startedAt, partitions };
}

export function list(
  transactions: Iterable<Readonly<KnownTransaction>>,
  filter: TransactionFilter,
  now: Timestamp,
): TransactionDescription[] {
  const { producerIds = [], states = [], longerThanMs = -1, pattern } = filter;
  const listed: TransactionDescription[] = [];
  for (const known of transactions) {
    const description = describe(known);
    if (description === null) continue;
    const { producerId, state, startedAt, transactionalId } = description;
    if (producerIds.length > 0 && !producerIds.includes(producerId)) continue;
    if (states.length > 0 && !states.includes(state)) continue;
    if (longerThanMs >= 0 && now - startedAt <= longerThanMs) continue;
    if (pattern !== undefined && !matchesWhole(pattern, transactionalId)) continue;
    listed.push(description);
  }
  return listed;
}

/** Those of `names` that are no states, which a broker is told of. */
export function unknownStates(names: readonly string[]): string[] {
  return names.filter((name) => !(transactionStates as readonly string[]).includes(name));
}

function matchesWhole(pattern: RegExp, text: string): boolean {
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''));
  return whole.test(text);
}
