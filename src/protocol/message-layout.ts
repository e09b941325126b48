/**
 * The schema of a message, worked out for one version: which fields are there and in which order, what may be null, what is tagged, which encoding
 * its lengths have. The interpreter walks a layout, the code makers write code along one; so both follow the same description.
 */
import { assert } from '../assert.ts';
import { NUMBERS_PER_ELEMENT } from '../limits.ts';
import type { Field, FieldKind, Fields } from './field.ts';
import { UUID_SIZE, ZERO_UUID } from './uuid.ts';

/** One field in one version. */
export interface Slot {
  readonly name: string;
  readonly kind: FieldKind;
  /** The version has it, and not among the tagged fields. */
  readonly isOnWire: boolean;
  readonly isNullable: boolean;
  /** -1: not tagged. */
  readonly tag: number;
  /** A writer may leave it out. */
  readonly hasDefault: boolean;
  readonly default: unknown;
  /** Of an array. */
  readonly element: Slot | null;
  /** Of a struct. */
  readonly struct: StructLayout | null;
  /** What it takes on the wire at least, in bytes, where it is not tagged. */
  readonly sizeMin: number;
  /** What it counts for as an element of an array, held against `MESSAGE_ELEMENTS_MAX`. */
  readonly weight: number;
}

export interface StructLayout {
  /** Lengths are compact, and tagged fields stand at the end (KIP-482). */
  readonly isFlexible: boolean;
  /** All fields of all versions, in the order of the schema: what a decoded object has. */
  readonly slots: readonly Slot[];
  /** Those on the wire, in order. */
  readonly wire: readonly Slot[];
  /** Those that may stand among the tagged fields, by their tags. */
  readonly tagged: readonly Slot[];
  readonly sizeMin: number;
}

/** Kinds of a fixed size. */
export const fixedSizes: Partial<Record<FieldKind, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  int64: 8,
  float64: 8,
  uuid: UUID_SIZE,
};

/** Structs in structs: no message has more, and both codecs go down by one call or loop each. */
const DEPTH_MAX = 8;

export function layoutOf(fields: Fields, version: number, isFlexible: boolean, depth = 0): StructLayout {
  assert(depth <= DEPTH_MAX, 'a schema nests deeper than', DEPTH_MAX);
  const slots: Slot[] = [];
  const wire: Slot[] = [];
  const tagged: Slot[] = [];
  for (const [name, field] of Object.entries(fields)) {
    assert(/^[a-z]\w*$/i.test(name), 'a field of the name', name);
    const slot = slotOf(name, field, version, isFlexible, depth);
    slots.push(slot);
    if (slot.isOnWire) wire.push(slot);
    else if (isIn(field, version)) tagged.push(slot);
  }
  assert(isFlexible || tagged.length === 0, 'a tagged field before the first flexible version');
  assert(
    tagged.every(({ kind, isNullable }) => kind !== 'records' && (kind !== 'struct' || !isNullable)),
    'a tagged field of records, or a struct that may be null',
  );
  const sizeMin = wire.reduce((sum, slot) => sum + slot.sizeMin, isFlexible ? 1 : 0);
  return { isFlexible, slots, wire, tagged: tagged.sort((a, b) => a.tag - b.tag), sizeMin };
}

function isIn({ options: { since = 0, until = Infinity } }: Field, version: number): boolean {
  return version >= since && version <= until;
}

function slotOf(name: string, field: Field, version: number, isFlexible: boolean, depth: number): Slot {
  const { kind, options } = field;
  const isNullable = options.nullableSince !== undefined && version >= options.nullableSince;
  const element = field.element === undefined ? null : slotOf('', field.element, version, isFlexible, depth);
  const struct = field.fields === undefined ? null : layoutOf(field.fields, version, isFlexible, depth + 1);
  const canBeNull = options.nullableSince !== undefined;
  const slot = {
    name,
    kind,
    isOnWire: options.tag === undefined && isIn(field, version),
    isNullable,
    tag: options.tag ?? -1,
    hasDefault: options.default !== undefined || canBeNull || options.tag !== undefined,
    default: options.default !== undefined ? options.default : canBeNull ? null : zeros[kind],
    element,
    struct,
  };
  return { ...slot, sizeMin: sizeMinOf(slot, isFlexible), weight: isNumber(kind) ? 1 / NUMBERS_PER_ELEMENT : 1 };
}

function isNumber(kind: FieldKind): boolean {
  return kind !== 'uuid' && fixedSizes[kind] !== undefined;
}

function sizeMinOf(
  { kind, struct, isNullable }: Pick<Slot, 'kind' | 'struct' | 'isNullable'>,
  isFlexible: boolean,
): number {
  const fixed = fixedSizes[kind];
  if (fixed !== undefined) return fixed;
  if (kind === 'struct') return isNullable ? 1 : struct!.sizeMin;
  if (isFlexible) return 1;
  return kind === 'string' ? 2 : 4;
}

/** Arrays, bytes and structs are made anew each time. */
const zeros: Partial<Record<FieldKind, unknown>> = {
  bool: false,
  int8: 0,
  int16: 0,
  uint16: 0,
  int32: 0,
  int64: 0,
  float64: 0,
  string: '',
  uuid: ZERO_UUID,
};

/** What a decoded message has where the field was not on the wire. */
export function defaultOf(slot: Slot): unknown {
  if (slot.default === null) return null;
  if (slot.kind === 'array') return [];
  if (slot.kind === 'bytes' || slot.kind === 'records') return Buffer.alloc(0);
  if (slot.kind === 'struct') return Object.fromEntries(slot.struct!.slots.map((each) => [each.name, defaultOf(each)]));
  return slot.default;
}

/** Need a tagged field of this value not be written? Values that are none of the field's are for the writer to refuse, so they are no default. */
export function isDefault(slot: Slot, value: unknown): boolean {
  if (value === undefined || value === slot.default) return true;
  if (slot.default === null || typeof value !== 'object' || value === null) return false;
  if (slot.kind === 'array') return Array.isArray(value) && value.length === 0;
  if (slot.kind === 'bytes') return value instanceof Uint8Array && value.length === 0;
  if (slot.kind !== 'struct') return false;
  const { wire, tagged } = slot.struct!;
  const struct = value as Record<string, unknown>;
  return [...wire, ...tagged].every((each) => isDefault(each, struct[each.name]));
}
