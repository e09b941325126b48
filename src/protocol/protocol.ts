/**
 * Kafka's wire protocol as data, for whoever writes a broker or a client: the door of 'millrace/protocol'. Bytes only; no socket, no disk.
 *
 *     const frame = encodeRequest(apis.metadata, { version: 12, correlationId: 1 }, { topics: null });
 */
export type { Api, ApiDefinition, RequestInputOf, RequestOf, ResponseInputOf, ResponseOf } from './api.ts';
export { defineApi } from './api.ts';
export { apiOf, apis } from './apis.ts';
export type { KafkaError, KafkaErrorName } from './error-code.ts';
export { kafkaErrorCodes, kafkaErrorOf } from './error-code.ts';
export type { Field, FieldKind, FieldOptions, Fields, ReadOf, WriteOf } from './field.ts';
export {
  array,
  bool,
  bytes,
  float64,
  int16,
  int32,
  int64,
  int8,
  records,
  string,
  struct,
  uint16,
  uuid,
} from './field.ts';
export type { FrameBuffers, FrameSplitterOptions } from './frame-splitter.ts';
export { FrameSplitter } from './frame-splitter.ts';
export { INT64_MAX } from './integers.ts';
export type { VersionRange } from './message-schema.ts';
export { MessageSchema } from './message-schema.ts';
export type { RequestOptions } from './request-frame.ts';
export { decodeRequest, encodeRequest } from './request-frame.ts';
export type { ReceivedHeader, RequestHeader } from './request-header.ts';
export { readRequestHeader } from './request-header.ts';
export type { ResponseOptions } from './response-frame.ts';
export { decodeResponse, encodeResponse, readCorrelationId } from './response-frame.ts';
export { ZERO_UUID } from './uuid.ts';
