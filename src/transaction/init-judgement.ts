/**
 * What an InitProducerId request is answered with: an epoch for the producer, another producer id where the epochs are used up, or the abort of
 * what the last producer left open. (TransactionCoordinator.prepareInitProducerIdTransit, TransactionMetadata.prepareIncrementProducerEpoch.)
 *
 * A new producer brings nothing. One that goes on after an error brings the id and the epoch that it has (KIP-360), and is refused when another one
 * was initialised meanwhile.
 */
import type { TransactionError } from './coordinator-step.ts';
import { isEpochExhausted, NO_PRODUCER_EPOCH, type TransactionMetadata } from './transaction-metadata.ts';
import { isPrepared } from './transaction-state.ts';

export interface InitRequest {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  /** What the producer has, if it goes on. */
  readonly expected?: ProducerIdAndEpoch | null;
}

export interface ProducerIdAndEpoch {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export type InitVerdict =
  | { readonly do: 'refuse'; readonly error: TransactionError }
  | { readonly do: 'abort' }
  | { readonly do: 'rotate'; readonly keepsLastEpoch: boolean }
  | { readonly do: 'epoch'; readonly producerEpoch: number; readonly lastProducerEpoch: number };

export function judgeInit(
  metadata: TransactionMetadata,
  isPending: boolean,
  expected: ProducerIdAndEpoch | null,
): InitVerdict {
  if (isPending) return { do: 'refuse', error: 'CONCURRENT_TRANSACTIONS' };
  if (expected !== null && !mayGoOn(metadata, expected)) return { do: 'refuse', error: 'PRODUCER_FENCED' };
  if (isPrepared(metadata.state)) return { do: 'refuse', error: 'CONCURRENT_TRANSACTIONS' };
  // Its epoch is given to nobody: whoever asked asks again, and gets the one after it.
  if (metadata.state === 'Ongoing') return { do: 'abort' };
  const { producerEpoch, lastProducerEpoch } = metadata;
  if (isEpochExhausted(producerEpoch) && (expected === null || expected.producerEpoch === producerEpoch)) {
    return { do: 'rotate', keepsLastEpoch: expected !== null };
  }
  const isNew = producerEpoch === NO_PRODUCER_EPOCH;
  if (expected === null) return { do: 'epoch', producerEpoch: producerEpoch + 1, lastProducerEpoch: NO_PRODUCER_EPOCH };
  if (isNew || expected.producerEpoch === producerEpoch) {
    return { do: 'epoch', producerEpoch: producerEpoch + 1, lastProducerEpoch: producerEpoch };
  }
  // It asked before, and the answer did not reach it. A new producer would have made the last epoch -1.
  if (expected.producerEpoch === lastProducerEpoch) return { do: 'epoch', producerEpoch, lastProducerEpoch };
  return { do: 'refuse', error: 'PRODUCER_FENCED' };
}

function mayGoOn(metadata: TransactionMetadata, expected: ProducerIdAndEpoch): boolean {
  return (
    metadata.producerEpoch === NO_PRODUCER_EPOCH ||
    expected.producerId === metadata.producerId ||
    (expected.producerId === metadata.previousProducerId && isEpochExhausted(expected.producerEpoch))
  );
}
