/** Which topics a producer may write to: those of the coordinators are theirs alone, as Kafka's brokers keep them from clients. */
import { MillraceError } from '../errors.ts';
import { INTERNAL_TOPICS } from '../protocol/coordinator-partition.ts';

/** Throws INVALID_TOPIC. */
export function checkWritable(topic: string): void {
  if (INTERNAL_TOPICS.has(topic))
    throw new MillraceError(
      'ERR_MILLRACE_INVALID_TOPIC',
      `topic "${topic}" is written by the store's coordinators only`,
    );
}
