/** What the handlers of one broker share. */
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../types.ts';
import type { FetchSessions } from './fetch-sessions.ts';
import type { BrokerSecurity } from './broker-security.ts';
import type { BrokerConfig, BrokerConfigName } from './broker-config.ts';
import type { ListenerAddress } from './listener.ts';

export interface BrokerContext {
  readonly store: Store;
  readonly config: BrokerConfig;
  readonly security: BrokerSecurity;
  readonly fetchSessions: FetchSessions;
  /** The settings that somebody has set. */
  readonly givenConfig: ReadonlySet<BrokerConfigName>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeId: number;
  readonly clusterId: string;
  /** Where clients of this listener find the broker. */
  advertised(listener: ListenerAddress): { readonly host: string; readonly port: number };
}
