/**
 * One address that clients connect to: takes connections up to a bound, knows those that are open, closes the idle ones, and ends all of them.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { AUTHENTICATION_TIMEOUT_MS, TIMER_MAX_MS } from '../limits.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../types.ts';
import { isClientFault } from './client-fault.ts';
import type { ConnectionBound } from './connection-bound.ts';
import { Connection } from './connection.ts';
import { listen } from './listen.ts';
import type { RequestDispatch } from './request-dispatch.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { RequestMemory } from './request-memory.ts';
import { type SaslSettings, SessionExpired } from './sasl-authentication.ts';
import { SocketReads } from './socket-reads.ts';
import { TlsGate } from './tls-gate.ts';
import type { TlsSettings } from './tls-settings.ts';

export interface ListenerAddress {
  /** Kafka's listener name. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface ListenerOptions {
  readonly name: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Null: nothing is encrypted. */
  readonly tls: TlsSettings | null;
  /** Null: nobody is asked to log in. */
  readonly sasl: SaslSettings | null;
  readonly dispatch: RequestDispatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shared by the listeners of a broker. */
  readonly bound: ConnectionBound;
  readonly memory: RequestMemory;
  readonly buffers: ReadBuffers;
  readonly backlog: number;
  readonly maxRequestSize: number;
  readonly idleMs: number;
  readonly nextConnectionId: () => number;
}

export interface ListenerStatistics {
  connections: number;
  accepted: number;
  /** Above the bound. */
  refused: number;
  /** Closed since they sent what is no request. */
  malformed: number;
  /** Closed since they were silent for too long. */
  idle: number;
  /** Closed since they did not log in anew in time. */
  expired: number;
  /** Closed since a request failed in a way that has no answer: a fault of the broker's own. */
  failed: number;
  /** Handshakes of TLS and log-ins that failed, or took too long. */
  failedAuthentications: number;
  bytesIn: number;
  bytesOut: number;
}

/** How often idle connections are looked for. */
const SWEEPS = 10;

export class Listener implements ListenerAddress {
  readonly name: string;
  readonly host: string;
  readonly statistics: ListenerStatistics = {
    connections: 0,
    accepted: 0,
    refused: 0,
    malformed: 0,
    idle: 0,
    expired: 0,
    failed: 0,
    failedAuthentications: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #gate: TlsGate | null;
  readonly #connections = new Set<Connection>();
  #port = 0;
  #whenEmpty: (() => void) | null = null;
  #cancelSweep: () => void = () => undefined;

  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await listener.#listen();
    return listener;
  }

  private constructor(options: ListenerOptions) {
    this.name = options.name;
    this.host = options.host;
    this.#options = options;
    this.#gate =
      options.tls === null
        ? null
        : new TlsGate(options.tls, {
            onSecure: (socket, principal) => this.#connect(socket, null, principal),
            onRefused: (error, address) => this.#refused(error, address),
          });
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  get port(): number {
    return this.#port;
  }

  /** Those that are open. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Requests of all connections that are not answered yet. */
  get pendingRequests(): number {
    let count = 0;
    for (const { pendingRequests } of this.#connections) count += pendingRequests;
    return count;
  }

  /** Other certificates, for those who come; only where it has some. */
  configureTls(settings: TlsSettings): void {
    this.#gate?.configure(settings);
  }

  /** Takes no more connections; those that are open end when what they have begun is answered, or after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#cancelSweep();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#gate?.close();
    if (this.#connections.size > 0) {
      const empty = new Promise<void>((resolve) => (this.#whenEmpty = resolve));
      for (const connection of this.#connections) connection.end();
      // The real clock: the end does not wait for a test that moves another one.
      const cancel = systemClock.schedule(graceMs, () => this.#destroyAll(), true);
      await empty;
      cancel();
    }
    await closed;
  }

  #destroyAll(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  async #listen(): Promise<void> {
    const { logger } = this.#options;
    this.#port = await listen(this.#server, this.#options, (error) =>
      logger.error?.({ err: error, listener: this.name }, 'a listener failed'),
    );
    this.#scheduleSweep();
  }

  #accept(accepted: Socket): void {
    const { statistics } = this;
    const { bound, buffers } = this.#options;
    // Empty: it is gone already.
    const address = accepted.remoteAddress ?? '';
    if (!bound.take(this.name, address)) {
      statistics.refused++;
      accepted.destroy();
      return;
    }
    const reads = this.#gate === null ? SocketReads.of(accepted, buffers.shared) : null;
    const socket = reads?.socket ?? accepted;
    socket.once('close', () => bound.release(this.name, address));
    if (this.#gate === null) this.#connect(socket, reads, null);
    else this.#gate.take(socket);
  }

  #connect(socket: Socket, reads: SocketReads | null, principal: string | null): void {
    const { statistics } = this;
    const { dispatch, clock, maxRequestSize, nextConnectionId, sasl, memory, buffers } = this.#options;
    const connection = new Connection(socket, {
      id: nextConnectionId(),
      listener: this,
      dispatch,
      maxRequestSize,
      memory,
      buffers,
      reads,
      traffic: statistics,
      sasl,
      principal,
      clock,
      onFault: (faulty, error) => this.#faulted(faulty, error),
      onRefused: ({ remoteAddress }, error) => this.#refused(error, remoteAddress),
      onClose: (gone) => this.#gone(gone),
    });
    this.#connections.add(connection);
    statistics.accepted++;
    statistics.connections++;
    if (sasl !== null) this.#limitLogin(connection, socket);
  }

  #limitLogin(connection: Connection, socket: Socket): void {
    const cancel = this.#options.clock.schedule(AUTHENTICATION_TIMEOUT_MS, () => {
      if (connection.isAuthenticated) return;
      this.#refused(new Error('the log-in took too long'), connection.remoteAddress);
      connection.destroy();
    });
    // Not before: who was refused and does not go is in it, too.
    socket.once('close', cancel);
  }

  #refused(error: Error, remoteAddress: string): void {
    this.statistics.failedAuthentications++;
    this.#options.logger.warn?.({ err: error, listener: this.name, remoteAddress }, 'a client was not let in');
  }

  #faulted({ remoteAddress, clientSoftware }: Connection, error: unknown): void {
    const details = { err: error, listener: this.name, remoteAddress, clientSoftware };
    if (error instanceof SessionExpired) {
      this.statistics.expired++;
      this.#options.logger.info?.(details, 'a client did not log in anew in time, and its connection is closed');
      return;
    }
    if (!isClientFault(error)) {
      this.statistics.failed++;
      this.#options.logger.error?.(details, 'a request failed, and its connection is closed');
      return;
    }
    this.statistics.malformed++;
    this.#options.logger.warn?.(details, 'a client sent what is no request, and its connection is closed');
  }

  #gone(connection: Connection): void {
    this.#connections.delete(connection);
    this.statistics.connections--;
    if (this.#connections.size === 0) this.#whenEmpty?.();
  }

  #scheduleSweep(): void {
    const { clock, idleMs } = this.#options;
    if (idleMs <= 0) return;
    this.#cancelSweep = clock.schedule(Math.min(Math.ceil(idleMs / SWEEPS), TIMER_MAX_MS), () => {
      const before = clock.now() - idleMs;
      for (const connection of this.#connections) {
        if (!connection.isIdle || connection.lastActive > before) continue;
        this.statistics.idle++;
        connection.destroy();
      }
      this.#scheduleSweep();
    });
  }
}
