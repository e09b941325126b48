/** What the handlers of one broker share. */
import type { Clock } from '../clock.ts';
import type { BatchSearcher } from '../log/batch-searcher.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../types.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { BrokerSecurity } from './broker-security.ts';
import type { Faults } from './faults.ts';
import type { FetchSessions } from './fetch-sessions.ts';
import type { GroupSettings } from './group-settings.ts';
import type { ListenerAddress } from './listener.ts';
import type { LiveConfig } from './live-config.ts';
import type { RequestStatistics } from './request-statistics.ts';

export interface BrokerContext {
  readonly store: Store;
  /** As it is now: not to be kept. */
  readonly config: BrokerConfig;
  /** Where that comes from, and who changes it. */
  readonly liveConfig: LiveConfig;
  /** What groups have of their own. */
  readonly groupSettings: GroupSettings;
  readonly security: BrokerSecurity;
  readonly fetchSessions: FetchSessions;
  /** For look-ups by time. */
  readonly batchSearcher: BatchSearcher;
  readonly statistics: RequestStatistics;
  /** Those that a test injects; null outside of tests. */
  readonly faults: Faults | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeId: number;
  readonly clusterId: string;
  /** Where clients of this listener find the broker. */
  advertised(listener: ListenerAddress): { readonly host: string; readonly port: number };
}
