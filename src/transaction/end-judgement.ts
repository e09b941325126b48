/**
 * What an EndTxn request is answered with: whether it ends the transaction, or repeats what has been done, or comes too late.
 *
 * As of KIP-890 (version 2) the end of a transaction gives the next epoch, so a request with the epoch before the current one is the repetition of
 * one that succeeded; it must want the same end. With the current epoch, where nothing is open:
 *
 *                      abort, again   abort, now   commit, again   commit, now
 *     Empty            fenced         a new epoch  fenced          wrong state
 *     CompleteAbort    the answer     a new epoch  wrong state     wrong state
 *     CompleteCommit   wrong state    a new epoch  the answer      wrong state
 *
 * Before it (versions 0 and 1) the epoch stays, and there is no telling one from the other: CompleteCommit answers a commit, CompleteAbort an
 * abort, and all else is of the wrong state. (TransactionCoordinator.endTransaction, endTransactionWithTV1.)
 */
import { answerWith, type Answer, DONE, refusal } from './coordinator-step.ts';
import { PRODUCER_EPOCH_MAX, type TransactionMetadata, type TransactionVersion } from './transaction-metadata.ts';

export interface EndRequest {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly type: 'commit' | 'abort';
  readonly clientVersion: TransactionVersion;
}

/** To what the transaction goes on, or the answer. */
export type EndVerdict = 'PrepareCommit' | 'PrepareAbort' | Answer;

export function judgeEnd(metadata: TransactionMetadata, isPending: boolean, request: EndRequest): EndVerdict {
  return request.clientVersion >= 2 ? judgeNew(metadata, isPending, request) : judgeOld(metadata, isPending, request);
}

function judgeNew(metadata: TransactionMetadata, isPending: boolean, request: EndRequest): EndVerdict {
  const { producerId, producerEpoch, type } = request;
  const { state } = metadata;
  // First of all: the change that is under way may be to the producer id that the request has.
  if (isPending) return refusal('CONCURRENT_TRANSACTIONS');
  const isRetryOverIds =
    metadata.previousProducerId === producerId &&
    producerEpoch === PRODUCER_EPOCH_MAX - 1 &&
    metadata.producerEpoch === 0;
  const isRetry = isRetryOverIds || metadata.producerEpoch === producerEpoch + 1;
  const isCurrent = metadata.producerEpoch === producerEpoch;
  if (metadata.producerId !== producerId && !isRetryOverIds) return refusal('INVALID_PRODUCER_ID_MAPPING');
  switch (state) {
    case 'Ongoing':
    case 'Empty':
      if (!isCurrent) return refusal('PRODUCER_FENCED');
      if (type === 'abort') return 'PrepareAbort';
      return state === 'Ongoing' ? 'PrepareCommit' : refusal('INVALID_TXN_STATE');
    case 'PrepareCommit':
    case 'PrepareAbort':
      if (metadata.producerEpoch !== producerEpoch + 1) return refusal('PRODUCER_FENCED');
      return refusal(isOf(type, state) ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE');
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (!isRetry && !isCurrent) return refusal('PRODUCER_FENCED');
      if (isRetry) return isOf(type, state) ? answerWith(metadata) : refusal('INVALID_TXN_STATE');
      return type === 'abort' ? 'PrepareAbort' : refusal('INVALID_TXN_STATE');
    case 'Dead':
    case 'PrepareEpochFence':
      return refusal('PRODUCER_FENCED');
  }
}

function judgeOld(metadata: TransactionMetadata, isPending: boolean, request: EndRequest): EndVerdict {
  const { producerId, producerEpoch, type } = request;
  const { state } = metadata;
  if (metadata.producerId !== producerId) return refusal('INVALID_PRODUCER_ID_MAPPING');
  if (metadata.producerEpoch !== producerEpoch) return refusal('PRODUCER_FENCED');
  if (isPending) return refusal('CONCURRENT_TRANSACTIONS');
  if (state === 'Ongoing') return type === 'commit' ? 'PrepareCommit' : 'PrepareAbort';
  if (state === 'Empty' || !isOf(type, state)) return refusal('INVALID_TXN_STATE');
  return state === 'PrepareCommit' || state === 'PrepareAbort' ? refusal('CONCURRENT_TRANSACTIONS') : DONE;
}

function isOf(type: 'commit' | 'abort', state: TransactionMetadata['state']): boolean {
  return type === 'commit' ? state.endsWith('Commit') : state.endsWith('Abort');
}
