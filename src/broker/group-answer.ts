/** Asks the store's coordinator of groups for a client, and tells what it answered by Kafka's codes. */
import { isMillraceError } from '../errors.ts';
import type { ConsumerGroupCoordinator } from '../group/consumer/consumer-requests.ts';
import type { GroupCoordinator, GroupError } from '../group/group-requests.ts';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import type { BrokerContext } from './broker-context.ts';
import type { Session } from './session.ts';

export function groupCode(error: GroupError): number {
  return kafkaErrorCodes[error ?? 'NONE'];
}

/** What the coordinator answers, or what `failed` makes of the error that a client is told where it cannot: that it comes again. */
export async function askGroups<T>(
  broker: BrokerContext,
  ask: (coordinator: GroupCoordinator & ConsumerGroupCoordinator) => Promise<T>,
  failed: (error: GroupError) => T,
): Promise<T> {
  try {
    return await ask(broker.store.groupCoordinator);
  } catch (error) {
    if (isMillraceError(error)) {
      broker.logger.warn?.({ err: error }, 'the coordinator of groups cannot answer');
      // As Kafka's, which is none for a partition that it could not load.
      return failed(isMillraceError(error, 'ERR_MILLRACE_CORRUPT') ? 'NOT_COORDINATOR' : 'COORDINATOR_NOT_AVAILABLE');
    }
    broker.logger.error?.({ err: error }, 'the coordinator of groups failed');
    return failed('UNKNOWN_SERVER_ERROR');
  }
}

/**
 * An answer that may be long in coming: who asked is gone before, or the broker is about to be, and gets `ended`. For the coordinator nothing has changed by
 * that: the member is in the group until its session is over.
 */
export function whileConnected<T>({ signal }: Session, answer: Promise<T>, ended: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(ended());
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    answer.finally(() => signal.removeEventListener('abort', end)).then(resolve, reject);
  });
}

/** As Kafka tells it in the list of a group's members: an address behind the name that it does not look up. */
export function clientHostOf({ remoteAddress }: Session): string {
  return `/${remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '')}`;
}
