/**
 * What comes over a port from another thread, looked at before the coordinator sees it: a program may post anything there, and none of it may hurt.
 *
 *     { id, ask: 'join', of: [request] }      is answered by { id, answer } or { id, error: { code, message } }
 */
import type { GroupCoordinator } from '../group/group-requests.ts';
import { isUuidText } from '../protocol/uuid.ts';

export type Ask = keyof GroupCoordinator;

export interface PortQuestion {
  readonly id: number;
  readonly ask: Ask;
  readonly of: readonly unknown[];
}

type Check = (value: unknown) => boolean;

/** What a string of Kafka's protocol can hold. */
const STRING_BYTES_MAX = 0x7fff;

const isString: Check = (value) => typeof value === 'string' && Buffer.byteLength(value) <= STRING_BYTES_MAX;
const isInt32: Check = (value) => Number.isInteger(value) && (value as number) === ((value as number) | 0);
const isWhole: Check = Number.isSafeInteger;
const isOffset: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isIndex: Check = (value) => isInt32(value) && (value as number) >= 0;
const isBoolean: Check = (value) => typeof value === 'boolean';
const isBytes: Check = (value) => value instanceof Uint8Array;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const orNothing =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const arrayOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((each) => check(each));

function shape(fields: Record<string, Check>): Check {
  const checks = Object.entries(fields);
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    checks.every(([name, check]) => check((value as Record<string, unknown>)[name]));
}

const identity = { groupId: isString, memberId: isString, groupInstanceId: orNull(isString), generationId: isInt32 };
const place = { topic: isString, partition: isIndex };
const offsets = arrayOf(
  shape({
    ...place,
    topicId: orNothing(isUuidText),
    offset: isOffset,
    leaderEpoch: orNothing(isInt32),
    metadata: orNothing(isString),
  }),
);
const leaving = shape({ memberId: isString, groupInstanceId: orNull(isString), reason: orNull(isString) });

const asks: Record<Ask, readonly Check[]> = {
  join: [
    shape({
      groupId: isString,
      memberId: isString,
      groupInstanceId: orNull(isString),
      clientId: isString,
      clientHost: isString,
      sessionTimeoutMs: isInt32,
      rebalanceTimeoutMs: isInt32,
      protocolType: isString,
      protocols: arrayOf(shape({ name: isString, metadata: isBytes })),
      requiresKnownMemberId: isBoolean,
      supportsSkippingAssignment: isBoolean,
      reason: orNull(isString),
    }),
  ],
  sync: [
    shape({
      ...identity,
      protocolType: orNull(isString),
      protocolName: orNull(isString),
      assignments: arrayOf(shape({ memberId: isString, assignment: isBytes })),
    }),
  ],
  heartbeat: [shape(identity)],
  untilRebalance: [shape(identity)],
  leave: [isString, arrayOf(leaving)],
  commit: [shape({ ...identity, offsets, retentionMs: isWhole })],
  commitInTransaction: [shape({ ...identity, offsets, producerId: isOffset, producerEpoch: isIndex })],
  offsets: [shape({ groupId: isString, partitions: orNull(arrayOf(shape(place))), requireStable: isBoolean })],
  describe: [arrayOf(isString)],
  list: [],
  deleteGroups: [arrayOf(isString)],
  deleteOffsets: [isString, arrayOf(shape(place))],
};

/** The number of a question that can be answered, if with no more than that it makes no sense; null for anything else. */
export function questionId(message: unknown): number | null {
  const { id } = (typeof message === 'object' && message !== null ? message : {}) as { id?: unknown };
  return isWhole(id) ? (id as number) : null;
}

/** Null for what is no question that the coordinator can be asked. */
export function checkQuestion(message: unknown): PortQuestion | null {
  const { id, ask, of } = message as Partial<PortQuestion>;
  if (!isWhole(id) || typeof ask !== 'string' || !Object.hasOwn(asks, ask) || !Array.isArray(of)) return null;
  const checks = asks[ask];
  return of.length === checks.length && checks.every((check, index) => check(of[index])) ? { id: id!, ask, of } : null;
}
