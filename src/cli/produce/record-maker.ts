/** What becomes of a frame: the record, or the reason why it is none. Values and keys are views of the frame; nothing is copied. */
import type { RecordInput } from '../../types.ts';

/** A record whose parts are bytes, as a frame gives it. */
export interface FrameRecord extends RecordInput {
  readonly key: Buffer | null;
  readonly value: Buffer;
}

/** The record that `frame` stands for, or why it is refused, as words that follow "line 3". */
export type RecordMaker = (frame: Buffer) => FrameRecord | string | null;

/** The frame is the value; there is no key. */
export function valueOnly(frame: Buffer): FrameRecord {
  return { key: null, value: frame };
}

/** What stands before the first separator is the key. A frame without one has no key, as in kcat. */
export function keyBefore(separator: Buffer): RecordMaker {
  return (frame) => {
    const at = frame.indexOf(separator);
    if (at < 0) return { key: null, value: frame };
    return { key: frame.subarray(0, at), value: frame.subarray(at + separator.length) };
  };
}

/** The frame is JSON and stays as it is. The key is one of its fields: a string as it is, anything else as JSON, none where it is missing or null. */
export function jsonValue(keyField: string | null): RecordMaker {
  return (frame) => {
    const text = frame.toString('utf8');
    // An empty line between values is none.
    if (text.trim() === '') return null;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return `is not JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`;
    }
    return { key: keyField === null ? null : keyOf(value, keyField), value: frame };
  };
}

function keyOf(value: unknown, field: string): Buffer | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return null;
  const key = (value as Record<string, unknown>)[field];
  if (key === null) return null;
  return Buffer.from(typeof key === 'string' ? key : JSON.stringify(key), 'utf8');
}
