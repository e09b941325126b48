/**
 * A broker that speaks Kafka's protocol, on a store: the door of 'millrace/broker'.
 *
 *     const broker = await startBroker({ data: 'data' });
 *     console.log(broker.address);
 *     await broker.close();
 *
 * Promises: what was acknowledged is in the log, as durable as the topic asks for; no client's input takes the process down; `close` answers what was begun and leaves
 * the directory cleanly stopped. Many brokers may run in one process, each with a data directory of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { type Clock, systemClock } from '../clock.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../types.ts';
import type { BrokerContext } from './broker-context.ts';
import { type BrokerConfig, DEFAULT_BROKER_CONFIG } from './broker-config.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { allHandlers } from './handlers.ts';
import { Listener, type ListenerAddress } from './listener.ts';
import { memoryDirectory } from './memory-directory.ts';
import { RequestDispatch } from './request-dispatch.ts';

export interface BrokerOptions {
  /** The data directory; `'memory'`: one in memory, as far as the system has that, that goes when the broker is closed. Default `'data'`. */
  readonly data?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any that is free. Default 9092. */
  readonly port?: number;
  readonly config?: Partial<BrokerConfig>;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

const GRACE_MS = 5_000;
const PORT_DEFAULT = 9092;

export class Broker {
  readonly store: Store;
  readonly listeners: readonly Listener[];
  readonly #release: () => Promise<void>;
  #closing: Promise<void> | null = null;

  constructor(store: Store, listeners: readonly Listener[], release: () => Promise<void>) {
    this.store = store;
    this.listeners = listeners;
    this.#release = release;
  }

  get port(): number {
    return this.listeners[0].port;
  }

  /** `host:port` of the first listener: a client's `bootstrap.servers`. */
  get address(): string {
    return `${this.listeners[0].host}:${this.port}`;
  }

  /** Answers what was begun, closes all connections and then the store; idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      await Promise.all(this.listeners.map((listener) => listener.close(GRACE_MS)));
      await this.store.close();
    } finally {
      await this.#release();
    }
  }
}

/** Errors: those of `openStore`, and IO when the address cannot be had. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { data = 'data', host = '127.0.0.1', port = PORT_DEFAULT, logger = {}, clock = systemClock } = options;
  const config = { ...DEFAULT_BROKER_CONFIG, ...options.config };
  const isInMemory = data === 'memory';
  const directory = isInMemory ? await mkdtemp(memoryDirectory()) : data;
  const release = async (): Promise<void> => {
    if (isInMemory) await rm(directory, { recursive: true, force: true });
  };
  let store: Store | null = null;
  try {
    store = await openStore(directory, { logger, clock });
    const context: BrokerContext = {
      store,
      config,
      fetchSessions: new FetchSessions(config['max.incremental.fetch.session.cache.slots'], () => clock.now()),
      clock,
      logger,
      nodeId: store.nodeId ?? 1,
      clusterId: store.clusterId ?? '',
      advertised: ({ host: name, port: number }: ListenerAddress) => ({ host: name, port: number }),
    };
    let connections = 0;
    const listener = await Listener.open({
      name: 'PLAINTEXT',
      host,
      port,
      dispatch: new RequestDispatch(allHandlers(), context),
      clock,
      logger,
      maxConnections: config['max.connections'],
      maxRequestSize: config['socket.request.max.bytes'],
      idleMs: config['connections.max.idle.ms'],
      nextConnectionId: () => ++connections,
    });
    return new Broker(store, [listener], release);
  } catch (error) {
    await store?.close();
    await release();
    throw error;
  }
}
