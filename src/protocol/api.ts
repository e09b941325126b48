/**
 * An API of Kafka's: a key, the versions that this library can read and write, and the schemas of request and response. `apis/` has one a file.
 */
import { assert } from '../assert.ts';
import type { Fields, ReadOf, WriteOf } from './field.ts';
import { MessageSchema } from './message-schema.ts';

export interface Api<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number;
  /** Kafka's own, such as `ListOffsets`. */
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly request: MessageSchema<Request>;
  readonly response: MessageSchema<Response>;
}

export interface ApiDefinition<Request extends Fields, Response extends Fields> {
  readonly key: number;
  readonly name: string;
  /** `'3-13'`, or `'0'` for one alone. */
  readonly versions: string;
  /** The first flexible version; none if left out. */
  readonly flexible?: number;
  readonly request: Request;
  readonly response: Response;
}

export function defineApi<const Request extends Fields, const Response extends Fields>(
  definition: ApiDefinition<Request, Response>,
): Api<Request, Response> {
  const { key, name, flexible } = definition;
  const [minVersion, maxVersion = minVersion] = definition.versions.split('-').map(Number);
  assert(minVersion >= 0 && maxVersion >= minVersion, 'versions of', name, definition.versions);
  const versions = { min: minVersion, max: maxVersion, flexibleSince: flexible ?? Infinity };
  return {
    key,
    name,
    minVersion,
    maxVersion,
    request: new MessageSchema(`${name} request`, definition.request, versions),
    response: new MessageSchema(`${name} response`, definition.response, versions),
  };
}

/** What decoding a request of the API returns, and a response. */
export type RequestOf<A> = A extends Api<infer Request> ? ReadOf<Request> : never;
export type ResponseOf<A> = A extends Api<Fields, infer Response> ? ReadOf<Response> : never;

/** What encoding takes. */
export type RequestInputOf<A> = A extends Api<infer Request> ? WriteOf<Request> : never;
export type ResponseInputOf<A> = A extends Api<Fields, infer Response> ? WriteOf<Response> : never;
