/** What a consumer and its ways of handling records can be told, checked at the door. */
import { invalidArgument, MillraceError, show } from '../errors.ts';
import {
  BATCH_BYTES_MAX,
  CONCURRENT_PARTITIONS_MAX,
  READ_BYTES_DEFAULT,
  STREAM_RECORDS_DEFAULT,
  STREAM_RECORDS_MAX,
} from '../limits.ts';
import type { Offset, TopicPartition } from '../types.ts';

/** Kafka's `auto.offset.reset`. */
export type AutoOffsetReset = 'earliest' | 'latest' | 'none';

/** Kafka's `isolation.level`. */
export type Isolation = 'read_uncommitted' | 'read_committed';

/** A consumer went on elsewhere, since its log has nothing where it was. */
export interface OffsetReset extends TopicPartition {
  readonly from: Offset;
  readonly to: Offset;
  /** What the log had: the first offset that can be read, and the one that the next record gets. */
  readonly startOffset: Offset;
  readonly endOffset: Offset;
}

export interface ConsumerOptions {
  /** What metrics call it (`client.id`). Default: `consumer-` and a number. */
  readonly clientId?: string;
  /**
   * Where a partition begins that is assigned without an offset, and where a consumer goes on that is before the log's start or past its end:
   * at the log's start, at its end, or nowhere (ERR_MILLRACE_OFFSET_OUT_OF_RANGE). Default `latest`, as in Kafka.
   */
  readonly autoOffsetReset?: AutoOffsetReset;
  /** Called when a position was outside the log and `autoOffsetReset` has moved it: records may have been missed. */
  readonly onReset?: (reset: OffsetReset) => void;
  /** Bytes of one batch that is handed out, at most; at least one record batch is, whatever its size. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Whether records of transactions that were aborted, or are still open, are handed out. Default `read_uncommitted`, as in Kafka. */
  readonly isolation?: Isolation;
  /** Ends whatever the consumer is doing with ERR_MILLRACE_ABORTED, and refuses what is begun after that. */
  readonly signal?: AbortSignal;
}

export interface CheckedConsumerOptions {
  readonly clientId: string;
  readonly autoOffsetReset: AutoOffsetReset;
  readonly onReset: (reset: OffsetReset) => void;
  readonly maxBytes: number;
  readonly isolation: Isolation;
  readonly signal?: AbortSignal;
}

export interface HandlingOptions {
  /** Ends the handling with ERR_MILLRACE_ABORTED, after the record that is being handled. */
  readonly signal?: AbortSignal;
  /** How many partitions are handled at once; in each of them it is one record after another. Default 1. */
  readonly concurrency?: number;
  /** End when all that was in the log at the beginning has been handled. Default false: wait for more. */
  readonly untilEnd?: boolean;
}

export interface CheckedHandlingOptions {
  readonly signal?: AbortSignal;
  readonly concurrency: number;
  readonly untilEnd: boolean;
}

export interface ReadableOptions {
  /** Destroys the stream with ERR_MILLRACE_ABORTED. */
  readonly signal?: AbortSignal;
  /** End when all that was in the log at the beginning has been read. Default false: wait for more. */
  readonly untilEnd?: boolean;
  /** Records that the stream reads ahead. Default 1,024. */
  readonly highWaterMark?: number;
}

export interface CheckedReadableOptions {
  readonly signal?: AbortSignal;
  readonly untilEnd: boolean;
  readonly highWaterMark: number;
}

const RESETS: readonly unknown[] = ['earliest', 'latest', 'none'];
const ISOLATIONS: readonly unknown[] = ['read_uncommitted', 'read_committed'];

export const CONSUMER_OPTION_NAMES: readonly string[] = [
  'autoOffsetReset',
  'onReset',
  'maxBytes',
  'isolation',
  'signal',
  'clientId',
];

/** `name` is what it is called when the options do not say. */
export function checkConsumerOptions(options: unknown, name = 'consumer'): CheckedConsumerOptions {
  checkNames(options, CONSUMER_OPTION_NAMES, 'a consumer');
  const {
    clientId = name,
    autoOffsetReset = 'latest',
    onReset = () => undefined,
    maxBytes = READ_BYTES_DEFAULT,
    isolation = 'read_uncommitted',
    signal,
  } = options as ConsumerOptions;
  if (typeof clientId !== 'string' || clientId === '') throw invalidArgument('clientId', 'a name', clientId);
  if (!RESETS.includes(autoOffsetReset))
    throw invalidArgument('autoOffsetReset', "'earliest', 'latest' or 'none'", autoOffsetReset);
  if (typeof onReset !== 'function') throw invalidArgument('onReset', 'a function', onReset);
  checkCount('maxBytes', maxBytes, BATCH_BYTES_MAX);
  if (!ISOLATIONS.includes(isolation))
    throw invalidArgument('isolation', "'read_uncommitted' or 'read_committed'", isolation);
  checkSignal(signal);
  return { clientId, autoOffsetReset, onReset, maxBytes, isolation, signal };
}

export function checkHandlingOptions(options: unknown): CheckedHandlingOptions {
  checkNames(options, ['signal', 'concurrency', 'untilEnd'], 'a handler');
  const { signal, concurrency = 1, untilEnd = false } = options as HandlingOptions;
  checkSignal(signal);
  checkCount('concurrency', concurrency, CONCURRENT_PARTITIONS_MAX);
  if (typeof untilEnd !== 'boolean') throw invalidArgument('untilEnd', 'a boolean', untilEnd);
  return { signal, concurrency, untilEnd };
}

export function checkReadableOptions(options: unknown): CheckedReadableOptions {
  checkNames(options, ['signal', 'untilEnd', 'highWaterMark'], 'a stream of records');
  const { signal, untilEnd = false, highWaterMark = STREAM_RECORDS_DEFAULT } = options as ReadableOptions;
  checkSignal(signal);
  checkCount('highWaterMark', highWaterMark, STREAM_RECORDS_MAX);
  if (typeof untilEnd !== 'boolean') throw invalidArgument('untilEnd', 'a boolean', untilEnd);
  return { signal, untilEnd, highWaterMark };
}

/** An unknown name is refused: a misspelt option would silently be the default. */
export function checkNames(options: unknown, names: readonly string[], whose: string): void {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const message = `${show(name)} is no option of ${whose}; there are ${names.join(', ')}`;
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
  }
}

export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidArgument('signal', 'a signal', signal);
}

export function checkCount(name: string, value: unknown, most: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > most)
    throw invalidArgument(name, `a whole number from 1 to ${most}`, value);
}

export function checkHandler(handler: unknown): void {
  if (typeof handler !== 'function') throw invalidArgument('handler', 'a function', handler);
}
