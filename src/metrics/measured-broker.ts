/** What metrics read of a broker: `Broker` of 'millrace/broker' is one. */
import { invalidArgument } from '../errors.ts';
import type { Store } from '../store/store.ts';

export interface MeasuredApi {
  /** Kafka's name of the API. */
  readonly name: string;
  /** Requests by version. */
  readonly versions: readonly number[];
  /** By Kafka's name of the error. */
  readonly errors: ReadonlyMap<string, number>;
  readonly answered: number;
  readonly totalMs: number;
  readonly recentMs: { sorted(): Float64Array };
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** Of a topic. */
export interface MeasuredFailures {
  readonly produceFailures: number;
  readonly fetchFailures: number;
  readonly bytesRejected: number;
}

export interface MeasuredListener {
  readonly name: string;
  readonly pendingRequests: number;
  readonly statistics: {
    readonly connections: number;
    readonly accepted: number;
    readonly refused: number;
    readonly malformed: number;
    readonly idle: number;
    readonly expired: number;
    readonly failed: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
  };
}

export interface MeasuredBroker {
  readonly store: Store;
  readonly isClosing: boolean;
  readonly listeners: readonly MeasuredListener[];
  readonly statistics: {
    readonly waitingFetches: number;
    readonly apis: readonly MeasuredApi[];
    readonly failures: { of(topic: string): MeasuredFailures | null };
  };
  readonly fetchSessions: { readonly count: number; readonly partitionCount: number; readonly evictions: number };
}

export function checkMeasuredBroker(broker: unknown): asserts broker is MeasuredBroker {
  const isBroker = typeof broker === 'object' && broker !== null && 'store' in broker && 'fetchSessions' in broker;
  if (!isBroker) throw invalidArgument('broker', 'a broker', broker);
}
