/**
 * The answer to a request of which everything fails with one error, whatever the API: made from the schemas, by what request and response have in common.
 *
 *     Produce { topicData: [{ name, partitionData: [{ index }] }] }
 *          -> { responses: [{ name, partitionResponses: [{ index, errorCode }] }] }
 *
 * Where the parts of a request have their own codes, these are set; otherwise the one of the whole.
 */
import type { Api } from '../protocol/api.ts';
import type { FieldKind } from '../protocol/field.ts';
import { defaultOf, type Slot, type StructLayout } from '../protocol/message-layout.ts';
import { isErrorCode } from './error-fields.ts';
import type { Message } from './handler.ts';

type Parts = readonly unknown[];
type Draft = Record<string, unknown>;

const NOTHING = Buffer.alloc(0);
/** Names of one thing in requests and in responses. */
const aliases: Readonly<Record<string, string>> = { partitionIndex: 'partition', user: 'name' };
/** Lists of a request that are answered in one with the list behind them. */
const goOn: ReadonlySet<string> = new Set(['deletions']);
const emptyKinds: Partial<Record<FieldKind, unknown>> = { string: '', array: [], bytes: NOTHING, records: NOTHING };
const NUMBERS: ReadonlySet<string> = new Set(['int8', 'int16', 'int32', 'int64']);

/** Null where the answer in this version has no place for an error. */
export function errorAnswer(api: Api, version: number, request: object, errorCode: number): Message | null {
  const layout = api.response.layout(version);
  const answer = emptyOf(layout);
  const hasParts = fillParts(answer, layout, request as Message, errorCode);
  const whole = layout.wire.find(({ name }) => isErrorCode(name));
  if (hasParts) {
    if (whole !== undefined) answer[whole.name] = 0;
    return answer;
  }
  if (whole === undefined) return null;
  answer[whole.name] = errorCode;
  return answer;
}

/** All that a field is when there is nothing to say: as Kafka does, -1 for a number without a default. */
function emptyOf({ wire }: StructLayout): Draft {
  return Object.fromEntries(wire.map((slot) => [slot.name, emptyValue(slot)]));
}

function emptyValue(slot: Slot): unknown {
  if (!slot.hasDefault && NUMBERS.has(slot.kind)) return -1;
  const value = defaultOf(slot);
  // Other versions may have null there.
  return value === null && !slot.isNullable ? emptyKinds[slot.kind] : value;
}

/** False when there is no part in the request that one in the response answers. */
function fillParts(answer: Draft, { wire }: StructLayout, request: Message, errorCode: number): boolean {
  let isFilled = false;
  for (const { name, element } of wire) {
    if (element === null || element.struct === null) continue;
    const layout = element.struct;
    const answers: Draft[] = [];
    for (const [list, asked] of Object.entries(request)) {
      if (!Array.isArray(asked)) continue;
      const parts = (asked as Parts).map((part) => partOf(layout, part, errorCode));
      if (parts.length === 0 || !parts.every((part) => part !== null)) continue;
      answers.push(...parts);
      if (!goOn.has(list)) break;
    }
    if (answers.length === 0) continue;
    answer[name] = answers;
    isFilled = true;
  }
  return isFilled;
}

/** Are they structs that have all that the response says of them, and no error among it? */
function isWhole(layout: StructLayout | null, parts: unknown): boolean {
  if (layout === null || !Array.isArray(parts)) return false;
  return layout.wire.every(
    ({ name, element }) =>
      element === null &&
      !isErrorCode(name) &&
      (parts as Parts).every((part) => typeof part === 'object' && part !== null && name in part),
  );
}

/** Null when the response's part does not answer this one. */
function partOf(layout: StructLayout, asked: unknown, errorCode: number): Draft | null {
  const part = emptyOf(layout);
  const code = layout.wire.find(({ name }) => isErrorCode(name));
  const named = layout.wire.filter(({ name }) => !isErrorCode(name));
  // Without a name it is the one at the same place.
  let isNamed = named.every(({ name, element }) => name === 'errorMessage' || element !== null);
  if (typeof asked !== 'object' || asked === null) {
    // A bare name or number: it is what the part begins with.
    const [first] = named;
    if (first === undefined || (typeof asked === 'number') !== NUMBERS.has(first.kind)) return null;
    part[first.name] = asked;
    isNamed = true;
  } else {
    for (const { name, element } of named) {
      const value = (asked as Draft)[name] ?? (asked as Draft)[aliases[name]];
      if (value === undefined || (element !== null && !isWhole(element.struct, value))) continue;
      part[name] = value;
      isNamed = true;
    }
  }
  if (!isNamed) return null;
  if (code !== undefined) part[code.name] = errorCode;
  const deeper = fillParts(part, layout, asked as Message, errorCode);
  return code !== undefined || deeper ? part : null;
}
