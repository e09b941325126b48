/** What the web server reads of its broker: `Broker` is one. */
import type { Clock } from '../../clock.ts';
import type { Store } from '../../store/store.ts';
import type { FetchSessions } from '../fetch-sessions.ts';
import type { Listener } from '../listener.ts';
import type { RequestStatistics } from '../request-statistics.ts';

export interface ServedBroker {
  readonly store: Store;
  readonly listeners: readonly Listener[];
  readonly clock: Clock;
  readonly statistics: RequestStatistics;
  readonly fetchSessions: FetchSessions;
  readonly nodeId: number;
  readonly startedAt: number;
  readonly isClosing: boolean;
}
