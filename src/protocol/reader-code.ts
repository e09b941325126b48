/**
 * Makes, of a message's layout, the code that reads it: one function, a straight line of reads in which runs of fields of a fixed size are checked
 * at once, with a loop for each array. It returns undefined where the bytes are not the message; what is wrong with them the interpreter tells.
 */
import { MESSAGE_ELEMENTS_MAX } from '../limits.ts';
import { CodeLines, functionOf } from './code-lines.ts';
import { readInt16, readInt32, readInt64 } from './integers.ts';
import { fixedSizes, type Slot, type StructLayout } from './message-layout.ts';
import { STRING_BYTES_MAX } from './message-reader.ts';
import { readUuid } from './uuid.ts';

/** Takes a message without anything behind it. */
export type MadeReader = (bytes: Buffer) => Record<string, unknown> | undefined;

export function makeReader(name: string, layout: StructLayout): MadeReader {
  return functionOf(name, 'b', new ReaderCode(layout.isFlexible).message(layout), runtime) as MadeReader;
}

/** Where `longVarint` has ended. */
const cursor = { position: 0 };

/** An unsigned varint; -1 for none. */
function longVarint(bytes: Buffer, start: number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[start + i];
    if (byte === undefined || (i === 4 && byte > 0x0f)) return -1;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    cursor.position = start + i + 1;
    return value;
  }
  return -1;
}

function text(bytes: Buffer, start: number, size: number): string {
  return bytes.toString('utf8', start, start + size);
}

const empty = Buffer.alloc(0);
const runtime = { cursor, empty, longVarint, readInt16, readInt32, readInt64, readUuid, text };

/** `b` is the bytes, `p` the position, `n` the length or count that was read last, `c` how many elements may yet come. */
class ReaderCode {
  readonly #code = new CodeLines();
  readonly #isFlexible: boolean;

  constructor(isFlexible: boolean) {
    this.#isFlexible = isFlexible;
  }

  message(layout: StructLayout): CodeLines {
    this.#code.add('const end = b.length;', `let p = 0, n = 0, c = ${MESSAGE_ELEMENTS_MAX};`);
    const message = this.#struct(layout);
    return this.#code.add(`return p === end ? ${message} : undefined;`);
  }

  /** Code that reads the struct; returns the expression that is it. */
  #struct({ slots, wire, tagged }: StructLayout): string {
    const names = new Map<Slot, string>();
    for (let i = 0; i < wire.length;) {
      const run = fixedRun(wire, i);
      if (run.length > 0) this.#run(run, names);
      else names.set(wire[i], this.#variable(wire[i]));
      i += Math.max(1, run.length);
    }
    if (this.#isFlexible) this.#tagged(tagged, names);
    return objectOf(slots, (slot) => names.get(slot) ?? defaultCode(slot));
  }

  #run(run: readonly Slot[], names: Map<Slot, string>): void {
    const size = run.reduce((sum, { kind }) => sum + fixedSizes[kind]!, 0);
    this.#code.add(`if (end - p < ${size}) return;`);
    let offset = 0;
    for (const slot of run) {
      const name = this.#code.name('v');
      names.set(slot, name);
      this.#code.add(`const ${name} = ${fixedCode(slot, offset === 0 ? 'p' : `p + ${offset}`)};`);
      offset += fixedSizes[slot.kind]!;
    }
    this.#code.add(`p += ${size};`);
  }

  /** Code that reads a value of any kind; returns the variable that has it. */
  #variable(slot: Slot): string {
    const name = this.#code.name('v');
    this.#code.add(`let ${name};`);
    this.#assign(slot, name);
    return name;
  }

  #assign(slot: Slot, name: string): void {
    const { kind } = slot;
    const size = fixedSizes[kind];
    if (size !== undefined) {
      this.#code.add(`if (end - p < ${size}) return;`, `${name} = ${fixedCode(slot, 'p')};`, `p += ${size};`);
    } else if (kind === 'struct') this.#structInto(slot, name);
    else this.#sized(slot, name);
  }

  #structInto({ isNullable, struct }: Slot, name: string): void {
    if (isNullable) this.#code.add('if (p === end) return;', `if (b[p++] > 0x7f) ${name} = null;`, 'else {');
    const code = this.#struct(struct!);
    this.#code.add(`${name} = ${code};`);
    if (isNullable) this.#code.add('}');
  }

  /** What has its length or count in front. */
  #sized(slot: Slot, name: string): void {
    this.#length(slot.kind);
    this.#code.add(`if (n < 0) ${slot.isNullable ? `${name} = null;` : 'return;'}`, 'else {');
    if (slot.kind === 'array') this.#array(slot.element!, name);
    else {
      if (slot.kind === 'string') this.#code.add(`if (n > ${STRING_BYTES_MAX}) return;`);
      this.#code.add('if (n > end - p) return;');
      this.#code.add(`${name} = ${slot.kind === 'string' ? 'text(b, p, n)' : 'b.subarray(p, p + n)'};`, 'p += n;');
    }
    this.#code.add('}');
  }

  #length(kind: Slot['kind']): void {
    if (this.#isFlexible) {
      this.#varint('n');
      this.#code.add('n--;');
      return;
    }
    const size = kind === 'string' ? 2 : 4;
    this.#code.add(`if (end - p < ${size}) return;`, `n = readInt${size * 8}(b, p);`, `p += ${size};`);
  }

  /** Past the end a byte is undefined, less than nothing, and `longVarint` says so. */
  #varint(name: string): void {
    this.#code.add(`${name} = b[p];`, `if (${name} < 0x80) p++;`);
    this.#code.add(`else { ${name} = longVarint(b, p); if (${name} < 0) return; p = cursor.position; }`);
  }

  #array(element: Slot, name: string): void {
    const left = this.#code.name('k');
    this.#code.add(
      `if (n > (end - p) / ${element.sizeMin} || (c -= n * ${element.weight}) < 0) return;`,
      `${name} = [];`,
    );
    this.#code.add(`for (let ${left} = n; ${left} > 0; ${left}--) {`);
    const size = fixedSizes[element.kind];
    if (size !== undefined) {
      // The count was checked, and each has the same size.
      this.#code.add(`${name}.push(${fixedCode(element, 'p')});`, `p += ${size};`);
    } else {
      const value = this.#variable(element);
      this.#code.add(`${name}.push(${value});`);
    }
    this.#code.add('}');
  }

  #tagged(tagged: readonly Slot[], names: Map<Slot, string>): void {
    const [left, tag, size, stop] = ['k', 't', 's', 'e'].map((prefix) => this.#code.name(prefix));
    for (const slot of tagged) {
      const name = this.#code.name('v');
      names.set(slot, name);
      this.#code.add(`let ${name} = ${defaultCode(slot)};`);
    }
    this.#varint('n');
    this.#code.add(`for (let ${left} = n, ${tag} = 0, ${size} = 0; ${left} > 0; ${left}--) {`);
    this.#varint(tag);
    this.#varint(size);
    this.#code.add(`if (${size} > end - p) return;`, `const ${stop} = p + ${size};`);
    for (const slot of tagged) {
      this.#code.add(`if (${tag} === ${slot.tag}) {`);
      this.#assign(slot, names.get(slot)!);
      this.#code.add(`if (p !== ${stop}) return;`, '}');
    }
    this.#code.add(`p = ${stop};`, '}');
  }
}

/** The fields from `from` on that have a fixed size, up to the first that has none. */
export function fixedRun(slots: readonly Slot[], from: number): Slot[] {
  let end = from;
  while (end < slots.length && fixedSizes[slots[end].kind] !== undefined) end++;
  return slots.slice(from, end);
}

function fixedCode({ kind }: Slot, position: string): string {
  switch (kind) {
    case 'bool':
      return `b[${position}] !== 0`;
    case 'int8':
      return `(b[${position}] << 24) >> 24`;
    case 'int16':
      return `readInt16(b, ${position})`;
    case 'uint16':
      return `readInt16(b, ${position}) & 0xffff`;
    case 'int32':
      return `readInt32(b, ${position})`;
    case 'int64':
      return `readInt64(b, ${position})`;
    case 'float64':
      return `b.readDoubleBE(${position})`;
    default:
      return `readUuid(b, ${position})`;
  }
}

function defaultCode(slot: Slot): string {
  if (slot.default === null) return 'null';
  if (slot.kind === 'array') return '[]';
  if (slot.kind === 'bytes' || slot.kind === 'records') return 'empty';
  if (slot.kind === 'struct') return objectOf(slot.struct!.slots, defaultCode);
  return JSON.stringify(slot.default);
}

function objectOf(slots: readonly Slot[], valueOf: (slot: Slot) => string): string {
  return `{ ${slots.map((slot) => `${slot.name}: ${valueOf(slot)}`).join(', ')} }`;
}
