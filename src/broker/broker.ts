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
import { MillraceError } from '../errors.ts';
import { openStore } from '../store/open-store.ts';
import type { Credentials } from '../security/credentials.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../types.ts';
import {
  type BrokerConfig,
  type BrokerConfigInput,
  checkBrokerConfig,
  type CheckedBrokerConfig,
} from './broker-config.ts';
import type { BrokerContext } from './broker-context.ts';
import { openSecurity, saslSettings } from './broker-security.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { endpointText } from './config/endpoint.ts';
import { hasSasl, hasTls, isReadable, type ListenerPlan, planListeners } from './config/listener-plan.ts';
import { storeSettingsOf } from './config/store-settings.ts';
import { ConnectionBound } from './connection-bound.ts';
import { allHandlers } from './handlers.ts';
import { Listener, type ListenerAddress } from './listener.ts';
import { memoryDirectory } from './memory-directory.ts';
import { RequestDispatch } from './request-dispatch.ts';
import { RequestMemory } from './request-memory.ts';
import { tlsSettings } from './tls-settings.ts';

export interface BrokerOptions {
  /**
   * The data directory; `'memory'`: one in memory, as far as the system has that, that goes when the broker is closed. Default: `log.dirs` of `config`,
   * or `'data'`.
   */
  readonly data?: string;
  /** With `port`, in place of the `listeners` of `config`: one listener, without encryption. Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any that is free. Default 9092. */
  readonly port?: number;
  /** Settings, by Kafka's names: docs/operations.md. */
  readonly config?: BrokerConfigInput;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

const GRACE_MS = 5_000;
const HOST_DEFAULT = '127.0.0.1';
const PORT_DEFAULT = 9092;
const DATA_DEFAULT = 'data';

export class Broker {
  readonly store: Store;
  readonly listeners: readonly Listener[];
  /** Who may log in; a change holds from the next log-in on. */
  readonly credentials: Credentials;
  readonly #release: () => Promise<void>;
  #closing: Promise<void> | null = null;

  constructor({ store, security }: BrokerContext, listeners: readonly Listener[], release: () => Promise<void>) {
    this.store = store;
    this.credentials = security.credentials;
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

  /** Where each listener is: `name://host:port`. */
  get endpoints(): string[] {
    return this.listeners.map(({ name, host, port }) => endpointText({ name, host, port }));
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

/** Errors: those of `openStore`, INVALID_ARGUMENT and UNSUPPORTED for settings, and IO when an address cannot be had. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { logger = {}, clock = systemClock } = options;
  const checked = checkBrokerConfig(withAddress(options));
  const plans = planListeners(checked.config);
  for (const plan of plans) {
    if (plan.isOpenToAll)
      logger.warn?.({ listener: endpointText(plan) }, 'everybody who reaches this listener may do everything');
    if (isReadable(plan))
      logger.warn?.({ listener: endpointText(plan) }, 'what this listener sends and gets can be read on its way');
  }
  const data = options.data ?? dataOf(checked.config);
  const isInMemory = data === 'memory';
  const directory = isInMemory ? await mkdtemp(memoryDirectory()) : data;
  const release = async (): Promise<void> => {
    if (isInMemory) await rm(directory, { recursive: true, force: true });
  };
  let store: Store | null = null;
  try {
    store = await openStore(directory, { ...storeSettingsOf(checked), logger, clock });
    const context = contextOf(store, plans, checked, { logger, clock });
    return new Broker(context, await openListeners(plans, context), release);
  } catch (error) {
    await store?.close();
    await release();
    throw error;
  }
}

/** The settings, with `host` and `port` as the listener that they mean. */
function withAddress({ config = {}, host, port }: BrokerOptions): BrokerConfigInput {
  if (host === undefined && port === undefined) return config;
  const listener = { name: 'PLAINTEXT', host: host ?? HOST_DEFAULT, port: port ?? PORT_DEFAULT };
  return { ...config, listeners: endpointText(listener) };
}

function dataOf(config: BrokerConfig): string {
  const directories = config['log.dirs'] || config['log.dir'] || DATA_DEFAULT;
  if (!directories.includes(',')) return directories;
  throw new MillraceError(
    'ERR_MILLRACE_UNSUPPORTED',
    `log.dirs names several directories, a broker has one: ${directories}`,
  );
}

function contextOf(
  store: Store,
  plans: readonly ListenerPlan[],
  { config, given }: CheckedBrokerConfig,
  tools: { readonly logger: Logger; readonly clock: Clock },
): BrokerContext {
  return {
    ...tools,
    store,
    config,
    security: openSecurity(store, config, tools.clock),
    givenConfig: given,
    fetchSessions: new FetchSessions(config['max.incremental.fetch.session.cache.slots'], () => tools.clock.now()),
    nodeId: store.nodeId ?? config['node.id'] ?? config['broker.id'] ?? 0,
    clusterId: store.clusterId ?? '',
    advertised({ name, port }: ListenerAddress) {
      const { advertised } = plans.find((plan) => plan.name === name)!;
      return { host: advertised.host, port: advertised.port === 0 ? port : advertised.port };
    },
  };
}

/** All of them, or none. */
async function openListeners(plans: readonly ListenerPlan[], context: BrokerContext): Promise<Listener[]> {
  const { config, clock, logger, security } = context;
  const tls = plans.some(hasTls) ? tlsSettings(config) : null;
  const sasl = plans.some(hasSasl) ? saslSettings(config, security, clock) : null;
  const bound = new ConnectionBound({
    most: config['max.connections'],
    mostPerAddress: config['max.connections.per.ip'],
    perAddress: config['max.connections.per.ip.overrides'],
  });
  const memory = new RequestMemory(config['queued.max.request.bytes']);
  const dispatch = new RequestDispatch(allHandlers(), context);
  let connections = 0;
  const opened: Listener[] = [];
  try {
    for (const plan of plans) {
      const { name, host, port } = plan;
      const listener = await Listener.open({
        name,
        host,
        port,
        tls: hasTls(plan) ? tls : null,
        sasl: hasSasl(plan) ? sasl : null,
        dispatch,
        clock,
        logger,
        bound,
        memory,
        backlog: config['socket.listen.backlog.size'],
        maxRequestSize: config['socket.request.max.bytes'],
        idleMs: config['connections.max.idle.ms'],
        nextConnectionId: () => ++connections,
      });
      opened.push(listener);
    }
    return opened;
  } catch (error) {
    await Promise.all(opened.map((listener) => listener.close(0)));
    throw error;
  }
}
