/**
 * The words in which the schema of a message is written: one function for each type of Kafka's, to be used as
 *
 *     { name: string({ until: 12 }), topicId: uuid({ since: 13 }), partitions: array({ index: int32(), records: records({ nullableSince: 0 }) }) }
 *
 * Fields stand in wire order. A schema covers all versions of its message; which of them have a field, may have null in it, or carry it as a
 * tagged field (KIP-482), its options say. What TypeScript calls the message is inferred: `ReadOf` is what decoding returns, all fields there;
 * `WriteOf` what encoding takes. Nothing here knows bytes.
 */

export type FieldKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records'
  | 'array'
  | 'struct';

export interface FieldOptions<Default = unknown> {
  /** The first version that has the field; all of the message's if left out. */
  readonly since?: number;
  /** The last one. */
  readonly until?: number;
  /** The first version in which it may be null. */
  readonly nullableSince?: number;
  /** It stands among the tagged fields, under this number, and only when it has not its default value. */
  readonly tag?: number;
  /** What a message has where the field is not on the wire. Left out: null if it may be null in some version, otherwise 0, false, '' or nothing. */
  readonly default?: Default;
}

/** `types` is never there: it only carries what the compiler knows. */
export interface Field<Read = unknown, Write = unknown, Optional extends boolean = boolean> {
  readonly kind: FieldKind;
  readonly options: FieldOptions;
  /** What an array has. */
  readonly element?: Field;
  /** What a struct has. */
  readonly fields?: Fields;
  readonly types?: { readonly read: Read; readonly write: Write; readonly optional: Optional };
}

export type Fields = Readonly<Record<string, Field>>;

type Resolved<T> = { [K in keyof T]: T[K] } & {};

/** A message as decoding returns it. */
export type ReadOf<F> = { [K in keyof F]: F[K] extends Field<infer Read> ? Read : never };

type OptionalNames<F> = { [K in keyof F]: F[K] extends Field<unknown, unknown, true> ? K : never }[keyof F];
type InputOf<F, K extends keyof F> = F[K] extends Field<unknown, infer Write> ? Write : never;

/**
 * A message as encoding takes it. A field may be left out if it has a default, a tag, may be null, or is not in all versions (in one that has it, and
 * without a default, it is missed then). What the version has not is not looked at.
 */
export type WriteOf<F> = Resolved<
  { readonly [K in Exclude<keyof F, OptionalNames<F>>]: InputOf<F, K> } & {
    readonly [K in OptionalNames<F>]?: InputOf<F, K>;
  }
>;

type OrNull<T, O> = O extends { readonly nullableSince: number } ? T | null : T;
type IsOptional<O> = keyof O extends never ? false : true;
type FieldOf<Read, Write, O> = Field<OrNull<Read, O>, OrNull<Write, O>, IsOptional<O>>;

function field<Read, Write, O>(kind: FieldKind, options: O | undefined, inner: object = {}): FieldOf<Read, Write, O> {
  return { kind, options: options ?? {}, ...inner };
}

type Plain<T> = Omit<FieldOptions<T>, 'nullableSince'>;

export function bool<const O extends Plain<boolean> = object>(options?: O): FieldOf<boolean, boolean, O> {
  return field('bool', options);
}

export function int8<const O extends Plain<number> = object>(options?: O): FieldOf<number, number, O> {
  return field('int8', options);
}

export function int16<const O extends Plain<number> = object>(options?: O): FieldOf<number, number, O> {
  return field('int16', options);
}

export function uint16<const O extends Plain<number> = object>(options?: O): FieldOf<number, number, O> {
  return field('uint16', options);
}

export function int32<const O extends Plain<number> = object>(options?: O): FieldOf<number, number, O> {
  return field('int32', options);
}

/** A number: beyond 2^53 the nearest one. What Kafka means by the largest int64 of all is 2^63 here, both ways. */
export function int64<const O extends Plain<number> = object>(options?: O): FieldOf<number, number, O> {
  return field('int64', options);
}

export function float64<const O extends Plain<number> = object>(options?: O): FieldOf<number, number, O> {
  return field('float64', options);
}

export function string<const O extends FieldOptions<string | null> = object>(options?: O): FieldOf<string, string, O> {
  return field('string', options);
}

/** 22 characters of URL-safe base64, as Kafka's tools print them. None is `ZERO_UUID`. */
export function uuid<const O extends Plain<string> = object>(options?: O): FieldOf<string, string, O> {
  return field('uuid', options);
}

/** Decoded as a view of the frame. */
export function bytes<const O extends FieldOptions<null> = object>(options?: O): FieldOf<Buffer, Uint8Array, O> {
  return field('bytes', options);
}

/** Record batches: decoded as a view of the frame; encoded from a view or several, which are sent as they are. */
export function records<const O extends FieldOptions<null> = object>(
  options?: O,
): FieldOf<Buffer, Uint8Array | readonly Uint8Array[], O> {
  return field('records', options);
}

/** An array of one of the types above, or of structs with these fields. */
export function array<const E extends Field | Fields, const O extends FieldOptions<readonly [] | null> = object>(
  element: E,
  options?: O,
): FieldOf<ElementOf<E>['read'][], readonly ElementOf<E>['write'][], O> {
  const isField = typeof element.kind === 'string';
  return field('array', options, { element: isField ? element : struct(element as Fields) });
}

interface ElementOf<E> {
  readonly read: E extends Field<infer Read> ? Read : ReadOf<E>;
  readonly write: E extends Field<unknown, infer Write> ? Write : WriteOf<E>;
}

export function struct<const F extends Fields, const O extends FieldOptions<null> = object>(
  fields: F,
  options?: O,
): FieldOf<ReadOf<F>, WriteOf<F>, O> {
  return field('struct', options, { fields });
}
