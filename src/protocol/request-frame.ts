/**
 * A request as it goes over a connection: int32 length, header, message.
 *
 * For a broker: cut what comes in into frames (frame-splitter.ts), read each one's header (request-header.ts), and decode the message behind it, if
 * its API and version are among those that it serves. For a client: `encodeRequest`.
 */
import type { Api, RequestOf } from './api.ts';
import type { Fields, WriteOf } from './field.ts';
import { framePieces } from './frame-pieces.ts';
import { bufferOf } from './message-reader.ts';
import { writeRequestHeader, type ReceivedHeader } from './request-header.ts';

export interface RequestOptions {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId?: string | null;
}

/** Length, header and message, as pieces to be sent one after another. */
export function encodeRequest<Request extends Fields>(
  api: Api<Request>,
  { version, correlationId, clientId = null }: RequestOptions,
  message: WriteOf<Request>,
): Uint8Array[] {
  return framePieces((writer) => {
    writeRequestHeader(writer, { apiKey: api.key, apiVersion: version, correlationId, clientId });
    api.request.write(version, message, writer);
  });
}

/**
 * The message of a frame whose header was read. Throws ERR_MILLRACE_UNSUPPORTED for a version that the API has not, ERR_MILLRACE_CORRUPT for bytes that are no such
 * message. What comes after the message is passed over, as Kafka does: librdkafka 2.12 sends three bytes too many when it asks for all topics.
 */
export function decodeRequest<A extends Api>(api: A, header: ReceivedHeader, frame: Uint8Array): RequestOf<A> {
  return api.request.decodeStart(header.apiVersion, bufferOf(frame).subarray(header.bodyStart)) as RequestOf<A>;
}
