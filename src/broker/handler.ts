/**
 * What answers the requests of one API: a file in handlers/ each, of the same number as in protocol/apis/. The broker advertises what is registered in
 * handlers.ts, and nothing else.
 */
import type { Api, RequestOf, ResponseInputOf } from '../protocol/api.ts';
import type { Access } from './access.ts';
import type { BrokerContext } from './broker-context.ts';
import type { Session } from './session.ts';

/** Of a request: who asks, in which version, and until when an answer is of use. */
export interface Call {
  readonly broker: BrokerContext;
  readonly session: Session;
  /** What the client may do. */
  readonly access: Access;
  readonly version: number;
  readonly clientId: string | null;
  /** Bytes of the request. */
  readonly size: number;
}

/** Null: the client waits for none (Produce with `acks` 0). */
export type Answer<A> = ResponseInputOf<A> | null;

export interface HandlerDefinition<A extends Api> {
  readonly api: A;
  /** What is served, `'0-4'`; part of what the schema has. */
  readonly versions: string;
  /** The least version that is advertised, where clients must see one that is refused (KAFKA-18659). */
  readonly advertisedFrom?: number;
  /**
   * The order in which things happen is settled when `handle` returns: the connection's next request may begin while its promise is pending. Answers keep
   * their order all the same.
   */
  readonly overlaps?: boolean | ((request: RequestOf<A>, call: Call) => boolean);
  /** The answer may wait for other clients: the room that the request's frame has in memory is given back at once, since the one waited for may need it. */
  readonly waits?: boolean;
  /** Allowed before a client has shown who it is. */
  readonly beforeAuthentication?: boolean;
  /** Holds no bytes of the request any more when `handle` returns: they are lent, and used again. All others get bytes that are theirs. */
  readonly keepsNoBytes?: boolean;
  /**
   * Errors of parts of the request stand in the response. What it throws is the broker's own fault, or makes the connection of no use: that is closed.
   */
  handle(request: RequestOf<A>, call: Call): Answer<A> | Promise<Answer<A>>;
}

/** Any response, as encoding takes it. */
export type Message = Readonly<Record<string, unknown>>;

export interface Handler {
  readonly api: Api;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly advertisedFrom: number;
  readonly overlaps: boolean | ((request: object, call: Call) => boolean);
  readonly waits: boolean;
  readonly beforeAuthentication: boolean;
  readonly keepsNoBytes: boolean;
  handle(request: object, call: Call): Message | null | Promise<Message | null>;
}

function overlapsOf<A extends Api>({ overlaps = false }: HandlerDefinition<A>): Handler['overlaps'] {
  return typeof overlaps === 'boolean' ? overlaps : (request, call) => overlaps(request as RequestOf<A>, call);
}

export function defineHandler<A extends Api>(definition: HandlerDefinition<A>): Handler {
  const [minVersion, maxVersion = minVersion] = definition.versions.split('-').map(Number);
  return {
    api: definition.api,
    minVersion,
    maxVersion,
    advertisedFrom: definition.advertisedFrom ?? minVersion,
    overlaps: overlapsOf(definition),
    waits: definition.waits ?? false,
    beforeAuthentication: definition.beforeAuthentication ?? false,
    keepsNoBytes: definition.keepsNoBytes ?? false,
    handle: (request, call) => definition.handle(request as RequestOf<A>, call),
  };
}
