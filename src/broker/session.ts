/** Who is at the other end of a connection, and over which listener: what handlers know of it. */
import type { Access } from './access.ts';
import type { ListenerAddress } from './listener.ts';
import type { SaslAuthentication } from './sasl-authentication.ts';

export interface Session {
  /** Of the connection, in this broker's life. */
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly remoteAddress: string;
  /** Kafka's form, `User:name`; who has not shown who it is, is `User:ANONYMOUS`. */
  readonly principal: string;
  /** Null where the listener asks nobody to log in. */
  readonly sasl: SaslAuthentication | null;
  /** What it may do, made for its first request after the log-in. */
  access: Access | null;
  /** Aborted when the connection is gone or about to end: an answer is not to wait for anything any more. */
  readonly signal: AbortSignal;
  /** Begins no more requests for so long. */
  mute(ms: number): void;
  /** Takes no more requests; ends when those that were begun are answered. */
  end(): void;
  /** Counts and logs a log-in that failed. */
  refused(error: Error): void;
  /** Ends the connection at once; what was not sent is not sent any more. */
  destroy(): void;
  /** As the last request had it. */
  clientId: string | null;
  /** From the first ApiVersions request on. */
  clientSoftware: { readonly name: string; readonly version: string } | null;
}
