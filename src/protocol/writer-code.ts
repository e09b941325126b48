/**
 * Makes, of a message's layout, the code that writes it: one function that takes each field, sees that it fits, and writes runs of fields of a
 * fixed size into room taken at once. It returns false where something does not fit, with the writer half written; what it is the interpreter tells.
 */
import { CodeLines, functionOf } from './code-lines.ts';
import { isInt64, writeInt16, writeInt32, writeInt64 } from './integers.ts';
import { fixedSizes, isDefault, type Slot, type StructLayout } from './message-layout.ts';
import type { MessageWriter } from './message-writer.ts';
import { isUuidText, writeUuid } from './uuid.ts';

export type MadeWriter = (writer: MessageWriter, message: unknown) => boolean;

export function makeWriter(name: string, layout: StructLayout): MadeWriter {
  const maker = new WriterCode();
  const code = maker.message(layout);
  return functionOf(name, 'w, m', code, { ...runtime, slots: maker.slots }) as MadeWriter;
}

const runtime = { isDefault, isInt64, isUuidText, writeInt16, writeInt32, writeInt64, writeUuid };

/** A field of a run: what writes it, at a position that is yet to be told. */
interface RunPart {
  readonly size: number;
  readonly code: (position: string) => string;
}

/** `w` is the writer; `b` its buffer and `p` the position in it while a run is written. */
class WriterCode {
  readonly #code = new CodeLines();
  /** What the code asks `isDefault` about. */
  readonly slots: Slot[] = [];
  #run: RunPart[] = [];

  message(layout: StructLayout): CodeLines {
    this.#code.add('let b = w.buffer, p = 0;');
    this.#struct(layout, 'm');
    this.#endRun();
    return this.#code.add('return true;');
  }

  #struct({ wire, tagged, isFlexible }: StructLayout, object: string): void {
    this.#code.add(`if (typeof ${object} !== 'object' || ${object} === null) return false;`);
    for (const slot of wire) this.#value(slot, this.#given(slot, `${object}.${slot.name}`));
    if (isFlexible) this.#tagged(tagged, object);
  }

  /** The value that the message has for a field, or its default. */
  #given(slot: Slot, expression: string): string {
    const name = this.#code.name('v');
    this.#code.add(`let ${name} = ${expression};`);
    if (slot.hasDefault) this.#code.add(`if (${name} === undefined) ${name} = ${defaultInput(slot)};`);
    return name;
  }

  #value(slot: Slot, name: string): void {
    const size = fixedSizes[slot.kind];
    if (size !== undefined) {
      this.#code.add(`if (${unfitCode(slot, name)}) return false;`);
      this.#run.push({ size, code: (position) => fixedCode(slot, name, position) });
      return;
    }
    this.#endRun();
    if (slot.isNullable) this.#code.add(`if (${name} === null) ${nullCode(slot)};`, 'else {');
    this.#sized(slot, name);
    this.#endRun();
    if (slot.isNullable) this.#code.add('}');
  }

  #sized(slot: Slot, name: string): void {
    switch (slot.kind) {
      case 'string':
        this.#code.add(`if (typeof ${name} !== 'string') return false;`, `w.string(${name});`);
        return;
      case 'bytes':
        this.#code.add(`if (!(${name} instanceof Uint8Array)) return false;`);
        this.#code.add(`w.length(${name}.length).bytes(${name});`);
        return;
      case 'records':
        this.#code.add(`if (!w.records(${name})) return false;`);
        return;
      case 'struct':
        if (slot.isNullable) this.#byte('1');
        this.#struct(slot.struct!, name);
        return;
      default:
        this.#array(slot.element!, name);
    }
  }

  #array(element: Slot, name: string): void {
    const [index, value] = [this.#code.name('i'), this.#code.name('v')];
    this.#code.add(`if (!Array.isArray(${name})) return false;`, `w.length(${name}.length);`);
    const size = fixedSizes[element.kind];
    if (size !== undefined) this.#code.add(`p = w.take(${size} * ${name}.length);`, 'b = w.buffer;');
    this.#code.add(`for (let ${index} = 0; ${index} < ${name}.length; ${index}++) {`);
    this.#code.add(`const ${value} = ${name}[${index}];`);
    if (size !== undefined) {
      this.#code.add(`if (${unfitCode(element, value)}) return false;`);
      this.#code.add(fixedCode(element, value, 'p'), `p += ${size};`);
    } else {
      this.#value(element, value);
      this.#endRun();
    }
    this.#code.add('}');
  }

  #tagged(tagged: readonly Slot[], object: string): void {
    if (tagged.length === 0) {
      this.#byte('0');
      return;
    }
    this.#endRun();
    const flags = tagged.map((slot) => {
      const [name, flag] = [this.#code.name('v'), this.#code.name('t')];
      const known = this.slots.push(slot) - 1;
      this.#code.add(`const ${name} = ${object}.${slot.name};`);
      this.#code.add(`const ${flag} = ${name} === undefined || isDefault(slots[${known}], ${name}) ? 0 : 1;`);
      return { slot, name, flag };
    });
    this.#code.add(`w.unsignedVarint(${flags.map(({ flag }) => flag).join(' + ')});`);
    for (const { slot, name, flag } of flags) {
      const mark = this.#code.name('m');
      this.#code.add(`if (${flag} === 1) {`, `w.unsignedVarint(${slot.tag});`, `const ${mark} = w.beginSized();`);
      this.#value(slot, name);
      this.#endRun();
      this.#code.add(`w.endSized(${mark});`, '}');
    }
  }

  #byte(value: string): void {
    this.#run.push({ size: 1, code: (position) => `b[${position}] = ${value};` });
  }

  /** Values of a run are all seen before room for it is taken: that is why it waits. */
  #endRun(): void {
    const run = this.#run;
    if (run.length === 0) return;
    this.#run = [];
    this.#code.add(`p = w.take(${run.reduce((sum, { size }) => sum + size, 0)});`, 'b = w.buffer;');
    let offset = 0;
    for (const { size, code } of run) {
      this.#code.add(code(offset === 0 ? 'p' : `p + ${offset}`));
      offset += size;
    }
  }
}

function unfitCode({ kind }: Slot, name: string): string {
  switch (kind) {
    case 'bool':
      return `${name} !== true && ${name} !== false`;
    case 'int8':
      return `typeof ${name} !== 'number' || (${name} << 24) >> 24 !== ${name}`;
    case 'int16':
      return `typeof ${name} !== 'number' || (${name} << 16) >> 16 !== ${name}`;
    case 'uint16':
      return `typeof ${name} !== 'number' || (${name} & 0xffff) !== ${name}`;
    case 'int32':
      return `typeof ${name} !== 'number' || (${name} | 0) !== ${name}`;
    case 'int64':
      return `!isInt64(${name})`;
    case 'float64':
      return `typeof ${name} !== 'number'`;
    default:
      return `!isUuidText(${name})`;
  }
}

function fixedCode({ kind }: Slot, name: string, position: string): string {
  switch (kind) {
    case 'bool':
      return `b[${position}] = ${name} ? 1 : 0;`;
    case 'int8':
      return `b[${position}] = ${name};`;
    case 'int16':
    case 'uint16':
      return `writeInt16(b, ${position}, ${name});`;
    case 'int32':
      return `writeInt32(b, ${position}, ${name});`;
    case 'int64':
      return `writeInt64(b, ${position}, ${name});`;
    case 'float64':
      return `b.writeDoubleBE(${name}, ${position});`;
    default:
      return `writeUuid(b, ${position}, ${name});`;
  }
}

function nullCode({ kind }: Slot): string {
  if (kind === 'struct') return 'w.int8(-1)';
  return kind === 'string' ? 'w.nullString()' : 'w.length(-1)';
}

/** Only what a writer needs: an array or a struct with a default of its own is empty or null. */
function defaultInput({ default: value }: Slot): string {
  return JSON.stringify(value ?? null);
}
