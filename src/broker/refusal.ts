/**
 * What a part of a request is refused for: a code of Kafka's and a sentence, thrown where it is found and answered where the part's answer is made.
 */
import type { ErrorCode } from '../errors.ts';
import { kafkaErrorCodes, type KafkaErrorName } from '../protocol/error-code.ts';
import type { BrokerContext } from './broker-context.ts';
import { codeOf, messageOf } from './kafka-failure.ts';

export interface Outcome {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export const DONE: Outcome = { errorCode: kafkaErrorCodes.NONE, errorMessage: null };

/** A request that cannot be had: no fault of the broker's. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kafkaError: KafkaErrorName;

  constructor(kafkaError: KafkaErrorName, message: string) {
    super(message);
    this.kafkaError = kafkaError;
  }
}

/** What is answered for what was thrown; a fault of the broker's own is logged. `others`: codes that mean something of their own here. */
export function outcomeOf(
  broker: BrokerContext,
  error: unknown,
  others: Partial<Record<ErrorCode, KafkaErrorName>> = {},
): Outcome {
  if (error instanceof Refusal) return { errorCode: kafkaErrorCodes[error.kafkaError], errorMessage: error.message };
  const errorCode = codeOf(error, others);
  if (errorCode === kafkaErrorCodes.UNKNOWN_SERVER_ERROR)
    broker.logger.error?.({ err: error }, 'a part of a request failed');
  return { errorCode, errorMessage: messageOf(error) };
}

/** The values that come more than once. */
export function repeated<T>(values: readonly T[]): Set<T> {
  const seen = new Set<T>();
  const twice = new Set<T>();
  for (const value of values) (seen.has(value) ? twice : seen).add(value);
  return twice;
}
