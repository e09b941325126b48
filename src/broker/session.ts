/** Who is at the other end of a connection, and over which listener: what handlers know of it. */
import type { ListenerAddress } from './listener.ts';

export interface Session {
  /** Of the connection, in this broker's life. */
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly remoteAddress: string;
  /** Kafka's form, `User:name`; who has not shown who it is, is `User:ANONYMOUS`. */
  readonly principal: string;
  /** Aborted when the connection is gone or about to end: an answer is not to wait for anything any more. */
  readonly signal: AbortSignal;
  /** Ends the connection at once; what was not sent is not sent any more. */
  destroy(): void;
  /** As the last request had it. */
  clientId: string | null;
  /** From the first ApiVersions request on. */
  clientSoftware: { readonly name: string; readonly version: string } | null;
}
