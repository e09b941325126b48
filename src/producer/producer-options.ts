/** What a producer can be told, checked at the door. Names and meanings are those of Kafka's clients where they have one. */
import { invalidArgument, MillraceError, show } from '../errors.ts';
import { UNACKNOWLEDGED_BYTES_DEFAULT } from '../limits.ts';
import { compressionNames } from '../record/codec.ts';
import type { CompressionName, Logger } from '../types.ts';
import type { Partitioner } from './partitioner.ts';

export type Acks = 0 | 1 | 'all';
export type Acknowledged = 'visible' | 'flushed';

export interface ProducerOptions {
  /** What metrics call it (`client.id`). Default: `producer-` and a number. */
  readonly clientId?: string;
  /**
   * Which acknowledgement `send` waits for. `'all'` (default) and `1` are the same where a partition has one replica, as here: the log has
   * the record. `0` waits for none: `send` resolves when the record stands in a batch, with offset -1, and what fails later is only logged
   * and counted.
   */
  readonly acks?: Acks;
  /**
   * What an acknowledgement says: `'visible'` (default), readers have the record and it survives the end of the process; `'flushed'`, it
   * survives a power failure. A topic with `flush.messages=1` is always acknowledged as flushed.
   */
  readonly durability?: Acknowledged;
  /** How long a batch waits for more records, in milliseconds. Default 5, as in Kafka 4; 0 waits for the end of the turn. */
  readonly lingerMs?: number;
  /** Bytes of a batch, before compression, from which on it waits no longer. A larger record gets a batch of its own. Default 16,384. */
  readonly batchSize?: number;
  /** Codec of the batches; default: the topic's, or none. The topic's wins when it names one. */
  readonly compression?: CompressionName;
  /** `'default'`: murmur2 of the key, or sticky without one; or a function. A record's own `partition` goes before both. */
  readonly partitioner?: Partitioner;
  /** How often what failed for a retriable reason is tried again. Default: without end, within `deliveryTimeoutMs`. */
  readonly retries?: number;
  /** Wait before the first retry, doubled for each further one, in milliseconds. Default 100. */
  readonly retryBackoffMs?: number;
  /** The longest wait between retries. Default 1,000. */
  readonly retryBackoffMaxMs?: number;
  /** How long a record that was taken in may be tried, in milliseconds. Default 120,000. */
  readonly deliveryTimeoutMs?: number;
  /** Bytes that may be sent and not acknowledged; a `send` past it waits. Default 32 MiB (Java's `buffer.memory`). */
  readonly maxUnacknowledgedBytes?: number;
  /**
   * Every batch bears the producer's id and its sequences, by which the log knows one that comes again (Kafka: `enable.idempotence`). Needs `acks: 'all'` and
   * retries. Default false: a producer in the log's own process is told what became of each batch, and writes none twice. With it, others that read the log
   * can tell who wrote what, and a log that is cut under the producer is noticed.
   */
  readonly idempotent?: boolean;
  /** Anything with pino's methods; default: the store's. */
  readonly logger?: Logger;
  /** Numbers from 0 up to 1, for sticky partitions and the spread of retries. Default: `Math.random`. */
  readonly random?: () => number;
}

export interface CheckedProducerOptions extends Required<Omit<ProducerOptions, 'compression' | 'logger'>> {
  readonly compression: CompressionName | undefined;
  readonly logger: Logger;
}

const TIMER_MAX_MS = 0x7fff_ffff;
const BATCH_SIZE_MAX = 0x7fff_ffff;

/** Default, least and most of each option that is a number. */
const numbers = {
  lingerMs: [5, 0, TIMER_MAX_MS],
  batchSize: [16_384, 0, BATCH_SIZE_MAX],
  retries: [0x7fff_ffff, 0, 0x7fff_ffff],
  retryBackoffMs: [100, 0, TIMER_MAX_MS],
  retryBackoffMaxMs: [1_000, 0, TIMER_MAX_MS],
  deliveryTimeoutMs: [120_000, 0, TIMER_MAX_MS],
  maxUnacknowledgedBytes: [UNACKNOWLEDGED_BYTES_DEFAULT, 1, Number.MAX_SAFE_INTEGER],
} as const;
const others = ['acks', 'durability', 'idempotent', 'compression', 'partitioner', 'logger', 'random', 'clientId'];
const names = new Set([...others, ...Object.keys(numbers)]);

/** `name` is what it is called when the options do not say. */
export function checkProducerOptions(options: unknown, logger: Logger, name = 'producer'): CheckedProducerOptions {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  for (const option of Object.keys(options)) {
    if (names.has(option)) continue;
    const known = [...names].join(', ');
    throw new MillraceError(
      'ERR_MILLRACE_INVALID_ARGUMENT',
      `${show(option)} is no option of a producer; there are ${known}`,
    );
  }
  const given = options as ProducerOptions;
  const { clientId = name, compression, partitioner = 'default', random = Math.random } = given;
  if (typeof clientId !== 'string' || clientId === '') throw invalidArgument('clientId', 'a name', clientId);
  if (partitioner !== 'default' && typeof partitioner !== 'function')
    throw invalidArgument('partitioner', "'default' or a function", partitioner);
  if (typeof random !== 'function') throw invalidArgument('random', 'a function', random);
  const acks = oneOf('acks', given.acks, ['all', 1, 0]);
  const retries = whole('retries', given);
  return {
    clientId,
    acks,
    idempotent: checkIdempotent(given.idempotent, acks, retries),
    durability: oneOf('durability', given.durability, ['visible', 'flushed']),
    compression: compression === undefined ? undefined : oneOf('compression', compression, compressionNames),
    lingerMs: whole('lingerMs', given),
    batchSize: whole('batchSize', given),
    retries,
    retryBackoffMs: whole('retryBackoffMs', given),
    retryBackoffMaxMs: whole('retryBackoffMaxMs', given),
    deliveryTimeoutMs: whole('deliveryTimeoutMs', given),
    maxUnacknowledgedBytes: whole('maxUnacknowledgedBytes', given),
    logger: checkLogger(given.logger) ?? logger,
    partitioner,
    random,
  };
}

/** As Kafka's clients check it. */
function checkIdempotent(idempotent: unknown, acks: Acks, retries: number): boolean {
  if (idempotent === undefined || idempotent === false) return false;
  if (idempotent !== true) throw invalidArgument('idempotent', 'true or false', idempotent);
  if (acks !== 'all') throw invalidArgument('acks', "'all' for an idempotent producer", acks);
  if (retries === 0) throw invalidArgument('retries', '1 or more for an idempotent producer', retries);
  return true;
}

/** The first of `values` is the default. */
function oneOf<T extends string | number>(name: string, value: T | undefined, values: readonly T[]): T {
  if (value === undefined) return values[0];
  if (values.includes(value)) return value;
  throw invalidArgument(name, `one of ${values.map(show).join(', ')}`, value);
}

function whole(name: keyof typeof numbers, given: ProducerOptions): number {
  const [standard, min, max] = numbers[name];
  const value = given[name] ?? standard;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw invalidArgument(name, `a whole number from ${min} to ${max}`, value);
}

function checkLogger(logger: unknown): Logger | undefined {
  if (logger === undefined) return undefined;
  if (typeof logger === 'object' && logger !== null) return logger;
  throw invalidArgument('logger', 'an object with methods such as warn and error', logger);
}
