/**
 * The way of a request from its bytes to its handler and of the answer back to bytes. Knows no socket.
 *
 * What has no answer is thrown, and the connection is of no use then, as with Kafka: an API that the broker has not, a version that it does not serve,
 * bytes that are no such message. Only ApiVersions is answered in any version, so that clients can find out what there is (KIP-511).
 */
import { MillraceError } from '../errors.ts';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import { framePieces } from '../protocol/frame-pieces.ts';
import { decodeRequest } from '../protocol/request-frame.ts';
import { type ReceivedHeader, readRequestHeader } from '../protocol/request-header.ts';
import { encodeResponse } from '../protocol/response-frame.ts';
import { Access } from './access.ts';
import type { BrokerContext } from './broker-context.ts';
import { ErrorFields } from './error-fields.ts';
import { undergo } from './fault-course.ts';
import type { Call, Handler, Message } from './handler.ts';
import { advertisedApis, API_VERSIONS_KEY } from './handlers/18-api-versions.ts';
import type { ApiStatistics } from './request-statistics.ts';
import { SessionExpired } from './sasl-authentication.ts';
import type { Session } from './session.ts';

export type Pieces = readonly Uint8Array[];

export interface BegunRequest {
  /** No pieces: the client waits for no answer. */
  readonly answer: Pieces | Promise<Pieces>;
  /** The connection's next request may begin before this one is answered. */
  readonly overlaps: boolean;
  /** Nothing of the request's bytes is kept while it waits for its answer. */
  readonly waits: boolean;
  /** Who sends the answer says here when it did. Null: it was no request of an API, but a bare token of SASL. */
  readonly statistics: ApiStatistics | null;
}

const NO_ANSWER: Pieces = [];
const SASL_HANDSHAKE_KEY = 17;

export class RequestDispatch {
  readonly #handlers: ReadonlyMap<number, Handler>;
  readonly #broker: BrokerContext;
  /** By key. */
  readonly #errorFields: ErrorFields[] = [];

  constructor(handlers: ReadonlyMap<number, Handler>, broker: BrokerContext) {
    this.#handlers = handlers;
    this.#broker = broker;
    for (const { api } of handlers.values()) this.#errorFields[api.key] = new ErrorFields(api.response.fields);
  }

  /** The frame is lent until this returns. */
  begin(frame: Buffer, session: Session): BegunRequest {
    const { sasl } = session;
    if (sasl?.expectsBareToken)
      return {
        answer: sasl.respond(Buffer.from(frame)).then(bareFrame),
        overlaps: false,
        waits: false,
        statistics: null,
      };
    const header = readRequestHeader(frame);
    const handler = this.#handlers.get(header.apiKey);
    if (handler === undefined) throw new MillraceError('ERR_MILLRACE_UNSUPPORTED', `no API of key ${header.apiKey}`);
    if (sasl?.isDone === false && !handler.beforeAuthentication)
      throw new MillraceError('ERR_MILLRACE_AUTHENTICATION', `${handler.api.name} before the log-in`);
    if (sasl?.isExpired && header.apiKey !== SASL_HANDSHAKE_KEY)
      throw new SessionExpired('the log-in was not repeated in time');
    const { apiVersion: version, clientId } = header;
    const statistics = this.#broker.statistics.of(handler.api);
    if (version < handler.minVersion || version > handler.maxVersion) {
      return { answer: this.#unsupportedVersion(handler, header), overlaps: false, waits: false, statistics };
    }
    // A fault may keep the request, too.
    const isLent = handler.keepsNoBytes && this.#broker.faults === null;
    const request = decodeRequest(handler.api, header, isLent ? frame : Buffer.from(frame));
    const { authorizer } = this.#broker.security;
    session.access ??= Access.of(authorizer, session.principal, session.remoteAddress);
    const call: Call = { broker: this.#broker, session, access: session.access, version, clientId, size: frame.length };
    session.clientId = clientId;
    statistics.begun(version, frame.length);
    const fault = this.#broker.faults?.take(handler.api, request, call) ?? null;
    const response = fault === null ? handler.handle(request, call) : undergo(fault, { handler, request, call });
    const encode = (message: Message | null): Pieces => {
      if (message === null) return NO_ANSWER;
      this.#errorFields[handler.api.key].each(message, statistics);
      return encodeResponse(handler.api, { version, correlationId: header.correlationId }, message);
    };
    const answer = response instanceof Promise ? response.then(encode) : encode(response);
    const overlaps = typeof handler.overlaps === 'boolean' ? handler.overlaps : handler.overlaps(request, call);
    return { answer, overlaps: overlaps && fault === null, waits: handler.waits && fault === null, statistics };
  }

  #unsupportedVersion({ api }: Handler, { apiKey, apiVersion, correlationId }: ReceivedHeader): Pieces {
    if (apiKey !== API_VERSIONS_KEY) {
      throw new MillraceError('ERR_MILLRACE_UNSUPPORTED', `${api.name} of version ${apiVersion}`);
    }
    const apiKeys = advertisedApis(this.#handlers.values()).filter((each) => each.apiKey === apiKey);
    const errorCode = kafkaErrorCodes.UNSUPPORTED_VERSION;
    return encodeResponse(api, { version: 0, correlationId }, { errorCode, apiKeys });
  }
}

/** A token of SASL as the answer to one that came bare. */
function bareFrame(token: Buffer): Pieces {
  return framePieces((writer) => writer.bytes(token));
}
