/**
 * Where the error codes of a response stand: worked out once from the schema of the message, so that counting them is a walk over what can have one and
 * over nothing else.
 */
import type { Fields } from '../protocol/field.ts';
import type { Message } from './handler.ts';

/** AddPartitionsToTxn has a word of its own. */
const NAMES = ['errorCode', 'partitionErrorCode'] as const;

/** No function: none is to be made for a request. */
export interface ErrorCounter {
  failed(errorCode: number): void;
}

interface ErrorNode {
  /** The field that is an error code, or null. */
  readonly code: string | null;
  /** Arrays of structs that have some, deeper down. */
  readonly arrays: readonly { readonly name: string; readonly node: ErrorNode }[];
}

export class ErrorFields {
  readonly #root: ErrorNode;

  constructor(fields: Fields) {
    this.#root = nodeOf(fields);
  }

  /** Tells of each code that is not 0. */
  each(message: Message, counter: ErrorCounter): void {
    walk(this.#root, message, counter);
  }
}

/** Does the message, or what it consists of, have an error code? */
export function hasErrorCode(fields: Fields): boolean {
  const { code, arrays } = nodeOf(fields);
  return code !== null || arrays.length > 0;
}

export function isErrorCode(name: string): boolean {
  return (NAMES as readonly string[]).includes(name);
}

function nodeOf(fields: Fields): ErrorNode {
  const arrays: { name: string; node: ErrorNode }[] = [];
  for (const [name, { element }] of Object.entries(fields)) {
    if (element?.fields === undefined) continue;
    const node = nodeOf(element.fields);
    if (node.code !== null || node.arrays.length > 0) arrays.push({ name, node });
  }
  return { code: NAMES.find((name) => Object.hasOwn(fields, name)) ?? null, arrays };
}

function walk({ code, arrays }: ErrorNode, message: Message, counter: ErrorCounter): void {
  if (code !== null) {
    const value = message[code];
    if (typeof value === 'number' && value !== 0) counter.failed(value);
  }
  for (const { name, node } of arrays) {
    const parts = message[name] as readonly Message[] | null | undefined;
    if (parts === null || parts === undefined) continue;
    for (const part of parts) walk(node, part, counter);
  }
}
