/**
 * What stands before every request: key and version of its API, a number that the response repeats, and what the client calls itself.
 *
 *     int16 API key | int16 version | int32 correlation id | int16 length, client id (-1: null) | tagged fields, from header version 2 on
 *
 * The version of the header is that of no field but follows from key and version: 2 where the request is flexible. The client id has its classic
 * length in both. (Kafka: RequestHeader.json, ApiMessageType.)
 */
import { apiOf } from './apis.ts';
import { MessageReader } from './message-reader.ts';
import type { MessageWriter } from './message-writer.ts';

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/** A header that was read, and where the request behind it begins. */
export interface ReceivedHeader extends RequestHeader {
  readonly bodyStart: number;
}

/**
 * Reads the header of a frame (the bytes behind its length). A key that is not known, or a version that is not supported, is for the caller to
 * refuse: the header of the first is taken for one of version 1. Throws ERR_MILLRACE_CORRUPT.
 */
export function readRequestHeader(frame: Uint8Array): ReceivedHeader {
  const reader = new MessageReader(frame, 'a request');
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const clientId = reader.nullableString();
  reader.isFlexible = isFlexibleRequest(apiKey, apiVersion);
  reader.taggedFields();
  return { apiKey, apiVersion, correlationId, clientId, bodyStart: reader.position };
}

export function writeRequestHeader(writer: MessageWriter, header: RequestHeader): void {
  writer.isFlexible = false;
  writer.int16(header.apiKey).int16(header.apiVersion).int32(header.correlationId);
  writer.nullableString(header.clientId);
  writer.isFlexible = isFlexibleRequest(header.apiKey, header.apiVersion);
  writer.taggedFields();
}

/** Of versions that are newer than ours too: an ApiVersions request of one is answered. */
function isFlexibleRequest(apiKey: number, apiVersion: number): boolean {
  return apiOf(apiKey)?.request.isFlexible(apiVersion) ?? false;
}
