/** What a transactional producer can be told, checked at the door. */
import { invalidArgument, MillraceError, show } from '../errors.ts';
import { TRANSACTION_TIMEOUT_MS_DEFAULT } from '../limits.ts';
import type { Logger } from '../types.ts';
import { checkProducerOptions, type ProducerOptions } from './producer-options.ts';

export interface TransactionalProducerOptions extends Pick<
  ProducerOptions,
  | 'batchSize'
  | 'compression'
  | 'partitioner'
  | 'retries'
  | 'retryBackoffMs'
  | 'retryBackoffMaxMs'
  | 'deliveryTimeoutMs'
  | 'logger'
  | 'random'
> {
  /**
   * Names the producer over restarts, in any characters: whoever comes with the same name later takes its place, and what it left open is
   * aborted. Two producers that work at the same time must have different ones.
   */
  readonly transactionalId: string;
  /** How long a transaction may take, in milliseconds; then it is aborted. Default 60,000, at most the store's `transactionMaxTimeoutMs`. */
  readonly transactionTimeoutMs?: number;
}

export interface CheckedTransactionalOptions extends Required<
  Omit<TransactionalProducerOptions, 'compression' | 'logger'>
> {
  readonly compression: ProducerOptions['compression'];
  readonly logger: Logger;
}

/** Those of a producer that have no meaning here: a transaction is acknowledged as a whole, when it is on stable storage. */
const senseless = new Set(['acks', 'durability', 'idempotent', 'lingerMs', 'maxUnacknowledgedBytes']);
const ID_BYTES_MAX = 0x7fff;
const TIMEOUT_MS_MAX = 0x7fff_ffff;

export function isTransactional(options: object): options is TransactionalProducerOptions {
  return 'transactionalId' in options && options.transactionalId !== undefined;
}

export function checkTransactionalOptions(
  options: TransactionalProducerOptions,
  logger: Logger,
): CheckedTransactionalOptions {
  const { transactionalId, transactionTimeoutMs = TRANSACTION_TIMEOUT_MS_DEFAULT, ...others } = options;
  const found = Object.keys(others).find((name) => senseless.has(name));
  if (found !== undefined) {
    throw new MillraceError(
      'ERR_MILLRACE_INVALID_ARGUMENT',
      `${show(found)} is no option of a transactional producer: a transaction is acknowledged as a whole`,
    );
  }
  if (
    typeof transactionalId !== 'string' ||
    transactionalId === '' ||
    Buffer.byteLength(transactionalId) > ID_BYTES_MAX
  )
    throw invalidArgument('transactionalId', `a string of 1 to ${ID_BYTES_MAX} bytes`, transactionalId);
  const isTime = Number.isSafeInteger(transactionTimeoutMs) && transactionTimeoutMs > 0;
  if (!isTime || transactionTimeoutMs > TIMEOUT_MS_MAX)
    throw invalidArgument('transactionTimeoutMs', `a whole number from 1 to ${TIMEOUT_MS_MAX}`, transactionTimeoutMs);
  const checked = checkProducerOptions(others, logger);
  const { batchSize, compression, partitioner, random } = checked;
  const { retries, retryBackoffMs, retryBackoffMaxMs, deliveryTimeoutMs } = checked;
  const retry = { retries, retryBackoffMs, retryBackoffMaxMs, deliveryTimeoutMs };
  const common = { batchSize, compression, partitioner, random, logger: checked.logger };
  return { transactionalId, transactionTimeoutMs, ...common, ...retry };
}
