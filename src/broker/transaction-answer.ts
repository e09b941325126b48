/** Asks the store's transaction coordinator, and tells what it answered by Kafka's codes. */
import { isMillraceError } from '../errors.ts';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import type { Answer } from '../transaction/coordinator-step.ts';
import type { TransactionRequests } from '../transaction/transaction-requests.ts';
import type { BrokerContext } from './broker-context.ts';

export interface CodedAnswer {
  readonly errorCode: number;
  /** -1 where the answer has none. */
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** `knowsFenced`: the client's version of the API has PRODUCER_FENCED. One that has not is told INVALID_PRODUCER_EPOCH, from which it concludes the same. */
export async function askCoordinator(
  broker: BrokerContext,
  knowsFenced: boolean,
  ask: (requests: TransactionRequests) => Promise<Answer>,
): Promise<CodedAnswer> {
  try {
    const { error, producerId, producerEpoch } = await ask(await broker.store.transactionCoordinator.load());
    const name = error === 'PRODUCER_FENCED' && !knowsFenced ? 'INVALID_PRODUCER_EPOCH' : (error ?? 'NONE');
    return { errorCode: kafkaErrorCodes[name], producerId, producerEpoch };
  } catch (error) {
    return failedAnswer(coordinatorFailure(broker, error));
  }
}

export function failedAnswer(errorCode: number): CodedAnswer {
  return { errorCode, producerId: -1, producerEpoch: -1 };
}

/** The coordinator could not load or write its log: the client finds it again, and asks again. */
export function coordinatorFailure({ logger }: BrokerContext, error: unknown): number {
  if (isMillraceError(error)) {
    logger.warn?.({ err: error }, 'the transaction coordinator cannot answer');
    return kafkaErrorCodes.COORDINATOR_NOT_AVAILABLE;
  }
  logger.error?.({ err: error }, 'the transaction coordinator failed');
  return kafkaErrorCodes.UNKNOWN_SERVER_ERROR;
}
