/**
 * Reads and writes messages by walking their layout, field by field. Slower than the code that is made of the same layout, and plain: it stands in
 * where making code is forbidden, tells what is wrong where made code has only seen that something is, and is the oracle of the tests.
 *
 * Reading refuses what is not the message with ERR_MILLRACE_CORRUPT, writing what does not fit into it with ERR_MILLRACE_INVALID_ARGUMENT (a
 * string that is too long: ERR_MILLRACE_TOO_LARGE); both name the field.
 */
import { isMillraceError, MillraceError, show } from '../errors.ts';
import { isInt64 } from './integers.ts';
import { defaultOf, isDefault, type Slot, type StructLayout } from './message-layout.ts';
import { MessageReader } from './message-reader.ts';
import type { MessageWriter, TaggedField } from './message-writer.ts';
import { isUuidText } from './uuid.ts';

type Struct = Record<string, unknown>;

/** Names and indexes that lead to the field in hand. */
type Path = (string | number)[];

/**
 * The message that all of `bytes` is; with `mayGoOn`, the one that they begin with. `what` is said in errors: "a Fetch request, version 12,".
 */
export function interpretBytes(layout: StructLayout, bytes: Uint8Array, what: string, mayGoOn = false): Struct {
  const reader = new MessageReader(bytes, what);
  reader.isFlexible = layout.isFlexible;
  const path: Path = [];
  try {
    const message = readStruct(reader, layout, path);
    if (!reader.isAtEnd && !mayGoOn) throw reader.corrupt(`ends at byte ${reader.position}, and more follow`);
    return message;
  } catch (error) {
    if (!isMillraceError(error) || path.length === 0) throw error;
    throw new MillraceError(error.code, `${error.message}, in ${textOf(path)}`);
  }
}

function readStruct(reader: MessageReader, { slots, tagged }: StructLayout, path: Path): Struct {
  const struct: Struct = {};
  for (const slot of slots) {
    path.push(slot.name);
    struct[slot.name] = slot.isOnWire ? readSlot(reader, slot, path) : defaultOf(slot);
    path.pop();
  }
  reader.taggedFields((tag, size) => {
    const slot = tagged.find((each) => each.tag === tag);
    if (slot === undefined) return;
    const start = reader.position;
    path.push(slot.name);
    struct[slot.name] = readSlot(reader, slot, path);
    if (reader.position !== start + size) throw reader.corrupt(`has a tagged field of another size than ${size} bytes`);
    path.pop();
  });
  return struct;
}

function readSlot(reader: MessageReader, slot: Slot, path: Path): unknown {
  const value = readValue(reader, slot, path);
  if (value === null && !slot.isNullable) throw reader.corrupt(`has null where it needs ${needs[slot.kind]}`);
  return value;
}

function readValue(reader: MessageReader, slot: Slot, path: Path): unknown {
  switch (slot.kind) {
    case 'string':
      return reader.nullableString();
    case 'bytes':
    case 'records':
      return reader.nullableBytes();
    case 'array': {
      const element = slot.element!;
      const depth = path.length;
      const read = (index: number): unknown => {
        path[depth] = index;
        return readSlot(reader, element, path);
      };
      const elements = reader.nullableArray(read, element);
      path.length = depth;
      return elements;
    }
    case 'struct':
      return slot.isNullable && reader.int8() < 0 ? null : readStruct(reader, slot.struct!, path);
    default:
      return reader[slot.kind]();
  }
}

/** Writes the message. `what` is said in errors: "a Fetch request, version 12". */
export function interpretMessage(layout: StructLayout, message: unknown, what: string, writer: MessageWriter): void {
  const path: Path = [];
  writer.isFlexible = layout.isFlexible;
  try {
    writeStruct(writer, layout, message, path);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    throw new MillraceError(error.code, [what, ...(path.length === 0 ? [] : [textOf(path)]), error.message].join(': '));
  }
}

function writeStruct(writer: MessageWriter, { wire, tagged }: StructLayout, value: unknown, path: Path): void {
  if (!isStruct(value)) throw unfit(needs.struct, value);
  for (const slot of wire) {
    path.push(slot.name);
    const given = value[slot.name];
    writeSlot(writer, slot, given === undefined && slot.hasDefault ? slot.default : given, path);
    path.pop();
  }
  const fields = tagged.filter((slot) => !isDefault(slot, value[slot.name]));
  writer.taggedFields(
    fields.map((slot): TaggedField => {
      const write = (): void => {
        path.push(slot.name);
        writeSlot(writer, slot, value[slot.name], path);
        path.pop();
      };
      return { tag: slot.tag, write };
    }),
  );
}

function writeSlot(writer: MessageWriter, slot: Slot, value: unknown, path: Path): void {
  if (value === null && slot.isNullable) writeNull(writer, slot);
  else if (slot.kind === 'array') writeArray(writer, slot.element!, value, path);
  else if (slot.kind === 'struct') {
    if (slot.isNullable) writer.int8(1);
    writeStruct(writer, slot.struct!, value, path);
  } else writeScalar(writer, slot, value);
}

function writeNull(writer: MessageWriter, { kind }: Slot): void {
  if (kind === 'struct') writer.int8(-1);
  else if (kind === 'string') writer.nullString();
  else writer.length(-1);
}

function writeArray(writer: MessageWriter, element: Slot, value: unknown, path: Path): void {
  if (!Array.isArray(value)) throw unfit(needs.array, value);
  writer.length(value.length);
  for (let i = 0; i < value.length; i++) {
    path.push(i);
    writeSlot(writer, element, value[i], path);
    path.pop();
  }
}

function writeScalar(writer: MessageWriter, { kind }: Slot, value: unknown): void {
  switch (kind) {
    case 'bool':
      if (typeof value !== 'boolean') throw unfit(needs.bool, value);
      writer.int8(value ? 1 : 0);
      return;
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'int64':
      writeInteger(writer, kind, value);
      return;
    case 'float64':
      if (typeof value !== 'number') throw unfit(needs.float64, value);
      writer.float64(value);
      return;
    case 'string':
      if (typeof value !== 'string') throw unfit(needs.string, value);
      writer.string(value);
      return;
    case 'uuid':
      if (!isUuidText(value)) throw unfit(needs.uuid, value);
      writer.uuid(value);
      return;
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw unfit(needs.bytes, value);
      writer.length(value.length).bytes(value);
      return;
    default:
      if (!writer.records(value)) throw unfit(needs.records, value);
  }
}

function writeInteger(
  writer: MessageWriter,
  kind: 'int8' | 'int16' | 'uint16' | 'int32' | 'int64',
  value: unknown,
): void {
  if (kind === 'int64') {
    if (!isInt64(value)) throw unfit(needs.int64, value);
    writer.int64(value);
    return;
  }
  const [min, max] = ranges[kind];
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) throw unfit(needs[kind], value);
  if (kind === 'int8') writer.int8(value as number);
  else if (kind === 'int32') writer.int32(value as number);
  else writer.int16(value as number);
}

const ranges = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  uint16: [0, 0xffff],
  int32: [-0x8000_0000, 0x7fff_ffff],
} as const;

const needs = {
  bool: 'a boolean',
  int8: 'a whole number of 8 bits',
  int16: 'a whole number of 16 bits',
  uint16: 'a whole number from 0 to 65535',
  int32: 'a whole number of 32 bits',
  int64: 'a whole number of 64 bits',
  float64: 'a number',
  string: 'a string',
  uuid: 'an id of 22 characters',
  bytes: 'bytes',
  records: 'bytes, or an array of them',
  array: 'an array',
  struct: 'an object',
} as const;

function isStruct(value: unknown): value is Struct {
  return typeof value === 'object' && value !== null;
}

function unfit(needed: string, value: unknown): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `needs ${needed}, got ${show(value)}`);
}

/** `topics[0].partitions[3].index`. */
function textOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}
