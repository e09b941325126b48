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
import { type Clock, systemClock } from '../clock.ts';
import { MillraceError } from '../errors.ts';
import { BatchSearcher } from '../log/batch-searcher.ts';
import type { Credentials } from '../security/credentials.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../types.ts';
import {
  type BrokerConfig,
  type BrokerConfigInput,
  checkBrokerConfig,
  type CheckedBrokerConfig,
} from './broker-config.ts';
import type { BrokerContext } from './broker-context.ts';
import { openSecurity } from './broker-security.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { addressText, endpointText, isWildcard } from './config/endpoint.ts';
import { controllerListeners, isReadable, type ListenerPlan, planListeners } from './config/listener-plan.ts';
import { storeSettingsOf } from './config/store-settings.ts';
import type { Faults } from './faults.ts';
import { type HttpOptions, type HttpPlan, planHttp } from './config/http-plan.ts';
import type { HttpServer } from './http/http-server.ts';
import type { Listener, ListenerAddress } from './listener.ts';
import { GroupSettings } from './group-settings.ts';
import { LiveConfig } from './live-config.ts';
import { MemoryDirectory } from './memory-directory.ts';
import { openListeners } from './open-listeners.ts';
import { RequestStatistics } from './request-statistics.ts';

export { Faults } from './faults.ts';
export type { Fault, FaultyApi, FaultyRequest, InjectedFault } from './faults.ts';
export { TestClock } from '../test-clock.ts';

export interface BrokerOptions {
  /**
   * The data directory; `'memory'`: one in memory, as far as the system has that, that goes when the broker is closed or the process ends. Default: `log.dirs` of `config`,
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
  /** For tests, a `TestClock`: timeouts, retention and idle connections come when it is moved. */
  readonly clock?: Clock;
  /** For tests: faults that requests meet. */
  readonly faults?: Faults;
  /** The address of metrics, health and the web page, in place of `millrace.http.listener` of `config`: default 127.0.0.1:9644. Without either, none. */
  readonly http?: HttpOptions;
}

/** What a broker consists of. */
interface BrokerParts {
  readonly context: BrokerContext;
  readonly listeners: readonly Listener[];
  readonly release: () => Promise<void>;
}

const GRACE_MS = 5_000;
const HOST_DEFAULT = '127.0.0.1';
const PORT_DEFAULT = 9092;
const DATA_DEFAULT = 'data';

export class Broker {
  readonly store: Store;
  readonly listeners: readonly Listener[];
  readonly clock: Clock;
  /** Who may log in; a change holds from the next log-in on. */
  readonly credentials: Credentials;
  /** What it counts of requests, by API. */
  readonly statistics: RequestStatistics;
  readonly fetchSessions: FetchSessions;
  readonly nodeId: number;
  readonly startedAt: number;
  readonly #batchSearcher: BatchSearcher;
  readonly #release: () => Promise<void>;
  #http: HttpServer | null = null;
  #closing: Promise<void> | null = null;

  constructor({ context, listeners, release }: BrokerParts) {
    this.store = context.store;
    this.listeners = listeners;
    this.clock = context.clock;
    this.credentials = context.security.credentials;
    this.statistics = context.statistics;
    this.fetchSessions = context.fetchSessions;
    this.nodeId = context.nodeId;
    this.startedAt = context.clock.now();
    this.#batchSearcher = context.batchSearcher;
    this.#release = release;
  }

  /** Starts the broker's web server. Used by `startBroker`. */
  async serveHttp(plan: HttpPlan, logger: Logger): Promise<void> {
    // Who has none does not load it.
    const { HttpServer } = await import('./http/http-server.ts');
    this.#http = await HttpServer.open(this, plan, logger);
  }

  /** Where metrics, health and the web page are; null where they are off. */
  get http(): { readonly host: string; readonly port: number; readonly url: string } | null {
    return this.#http;
  }

  /** It is closed, or about to be: it takes no new connection. */
  get isClosing(): boolean {
    return this.#closing !== null;
  }

  get port(): number {
    return this.listeners[0].port;
  }

  /** `host:port` of the first listener: the `bootstrap.servers` of a client on this machine. */
  get address(): string {
    const { host, port } = this.listeners[0];
    // This machine is at every address that it listens on.
    return addressText({ host: isWildcard(host) ? HOST_DEFAULT : host, port });
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
      await this.#batchSearcher.close();
      await this.store.close();
    } finally {
      // To the last it says what is going on.
      await this.#http?.close();
      await this.#release();
    }
  }
}

/** Errors: those of `openStore`, INVALID_ARGUMENT and UNSUPPORTED for settings, and IO when an address cannot be had. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { logger = {}, clock = systemClock } = options;
  const checked = checkBrokerConfig(withAddress(options));
  const plans = planListeners(checked);
  warnOfStrayListeners(checked, plans, logger);
  const http = planHttp(checked.config, options.http);
  for (const plan of plans) {
    if (plan.isOpenToAll)
      logger.warn?.({ listener: endpointText(plan) }, 'everybody who reaches this listener may do everything');
    if (isReadable(plan))
      logger.warn?.({ listener: endpointText(plan) }, 'what this listener sends and gets can be read on its way');
  }
  if (http?.isOpenToAll === true)
    logger.warn?.(
      { listener: `${http.host}:${http.port}` },
      'everybody who reaches the web page sees topics and clients',
    );
  const data = options.data ?? dataOf(checked.config);
  const memory = data === 'memory' ? await MemoryDirectory.make() : null;
  const directory = memory?.path ?? data;
  const release = async (): Promise<void> => memory?.remove();
  let store: Store | null = null;
  try {
    const liveConfig = LiveConfig.load(withDirectory(checked, directory), directory, logger);
    store = await openStore(directory, { ...storeSettingsOf(liveConfig.effective), logger, clock });
    liveConfig.attach(store);
    const context = contextOf(store, plans, liveConfig, { logger, clock, faults: options.faults ?? null });
    const listeners = await openListeners(plans, context);
    const broker = new Broker({ context, listeners, release });
    if (http !== null) await serveOrClose(broker, http, logger);
    return broker;
  } catch (error) {
    await store?.close();
    await release();
    throw error;
  }
}

/** Nothing obeys what is said of a listener that there is not; those of Kafka's controllers are left out with their settings. */
function warnOfStrayListeners(
  { config, ofListeners }: CheckedBrokerConfig,
  plans: readonly ListenerPlan[],
  logger: Logger,
): void {
  const known = new Set([...plans.map(({ name }) => name), ...controllerListeners(config)]);
  for (const [name, settings] of ofListeners) {
    if (known.has(name.toUpperCase())) continue;
    logger.warn?.({ listener: name, settings: Object.keys(settings) }, 'settings of a listener that there is not');
  }
}

/** A broker that cannot have its web server is none. */
async function serveOrClose(broker: Broker, plan: HttpPlan, logger: Logger): Promise<void> {
  try {
    await broker.serveHttp(plan, logger);
  } catch (error) {
    await broker.close();
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

/** Clients are told of the directory in use, whoever named it. */
function withDirectory({ config, given, ...rest }: CheckedBrokerConfig, directory: string): CheckedBrokerConfig {
  return { ...rest, config: { ...config, 'log.dirs': directory }, given: new Set([...given, 'log.dirs']) };
}

function contextOf(
  store: Store,
  plans: readonly ListenerPlan[],
  liveConfig: LiveConfig,
  tools: Pick<BrokerContext, 'logger' | 'clock' | 'faults'>,
): BrokerContext {
  const { config } = liveConfig.effective;
  return {
    ...tools,
    store,
    get config() {
      return liveConfig.effective.config;
    },
    liveConfig,
    groupSettings: GroupSettings.open(store, config, tools.logger),
    security: openSecurity(store, config, tools.clock),
    fetchSessions: new FetchSessions(config['max.incremental.fetch.session.cache.slots'], () => tools.clock.now()),
    batchSearcher: new BatchSearcher(),
    statistics: new RequestStatistics(),
    nodeId: store.nodeId ?? config['node.id'] ?? config['broker.id'] ?? 0,
    clusterId: store.clusterId ?? '',
    advertised({ name, port }: ListenerAddress) {
      const { advertised } = plans.find((plan) => plan.name === name)!;
      return { host: advertised.host, port: advertised.port === 0 ? port : advertised.port };
    },
  };
}
