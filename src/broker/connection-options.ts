/** What a connection is given: its own, and what it shares with the others of its listener and of the broker. */
import type { Clock } from '../clock.ts';
import type { Traffic } from './answer-line.ts';
import type { Connection } from './connection.ts';
import type { ListenerAddress } from './listener.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { RequestDispatch } from './request-dispatch.ts';
import type { RequestMemory } from './request-memory.ts';
import type { SaslSettings } from './sasl-authentication.ts';
import type { SocketReads } from './socket-reads.ts';

export interface ConnectionOptions {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly dispatch: RequestDispatch;
  readonly maxRequestSize: number;
  /** Shared by the connections of a broker. */
  readonly memory: RequestMemory;
  readonly buffers: ReadBuffers;
  /** Where the socket reads to memory that it is given; otherwise it is read as a stream. */
  readonly reads: SocketReads | null;
  /** Of all connections of the listener. */
  readonly traffic: Traffic;
  /** Null: nobody is asked to log in. */
  readonly sasl: SaslSettings | null;
  /** Of the certificate that the client has shown. */
  readonly principal: string | null;
  readonly clock: Clock;
  /** Why the connection is ended from here, before it is. */
  readonly onFault: (connection: Connection, error: unknown) => void;
  readonly onRefused: (connection: Connection, error: Error) => void;
  readonly onClose: (connection: Connection) => void;
}
