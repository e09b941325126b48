/**
 * A response as it goes over a connection: int32 length, header, message. The header is the request's correlation id and, where the message is
 * flexible, tagged fields; not so for ApiVersions, whose client does not know yet what the broker speaks.
 */
import type { Api, ResponseOf } from './api.ts';
import type { Fields, WriteOf } from './field.ts';
import { framePieces } from './frame-pieces.ts';
import { bufferOf, MessageReader } from './message-reader.ts';

/** ApiVersions. */
const KEY_WITHOUT_TAGS = 18;

export interface ResponseOptions {
  readonly version: number;
  /** The request's. */
  readonly correlationId: number;
}

/** Length, header and message, as pieces to be sent one after another. */
export function encodeResponse<Response extends Fields>(
  api: Api<Fields, Response>,
  { version, correlationId }: ResponseOptions,
  message: WriteOf<Response>,
): Uint8Array[] {
  return framePieces((writer) => {
    writer.int32(correlationId);
    writer.isFlexible = hasTags(api, version);
    writer.taggedFields();
    api.response.write(version, message, writer);
  });
}

/** Which request it answers: the head of a frame (the bytes behind its length). */
export function readCorrelationId(frame: Uint8Array): number {
  return new MessageReader(frame, 'a response').int32();
}

/** The message of a frame, which answers a request of this API and version. Throws ERR_MILLRACE_CORRUPT. */
export function decodeResponse<A extends Api>(api: A, version: number, frame: Uint8Array): ResponseOf<A> {
  const reader = new MessageReader(frame, `a ${api.response.name}, version ${version},`);
  reader.int32();
  reader.isFlexible = hasTags(api, version);
  reader.taggedFields();
  return api.response.decode(version, bufferOf(frame).subarray(reader.position)) as ResponseOf<A>;
}

function hasTags(api: { readonly key: number; readonly response: Api['response'] }, version: number): boolean {
  return api.key !== KEY_WITHOUT_TAGS && api.response.isFlexible(version);
}
