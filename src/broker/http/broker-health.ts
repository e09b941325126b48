/** Does a broker serve, and if not, why: the answer to a load balancer or a supervisor. */
import type { ServedBroker } from './served-broker.ts';

export interface BrokerHealth {
  readonly status: 'serving' | 'offline' | 'closing';
  /** Null while it serves. */
  readonly why: string | null;
}

export function healthOf({ store, isClosing }: Pick<ServedBroker, 'store' | 'isClosing'>): BrokerHealth {
  if (isClosing || store.isClosed) return { status: 'closing', why: 'the broker is being closed' };
  const { failure } = store;
  return failure === null ? { status: 'serving', why: null } : { status: 'offline', why: failure.message };
}
