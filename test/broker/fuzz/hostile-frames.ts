/**
 * Frames as a hostile client makes them: requests drawn along the schemas, each with one thing wrong, in places that bytes changed anywhere would seldom hit.
 */
import { allHandlers } from '#millrace/broker/handlers.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { randomMessage } from '../../protocol/random-message.ts';
import type { Random } from '../../support/random.ts';
import { batch } from '../broker-fixture.ts';

const handlers = [...allHandlers().values()];
const LENGTH_SIZE = 4;
const HEADER_SIZE = 10;
const TOPIC = 'hostile';

/** Those that change nothing may name the topic that there is: ListOffsets, Fetch, Metadata and others that name topics and partitions. */
const readers = handlers.filter(({ api }) => [1, 2, 3, 9, 23, 32, 61, 75].includes(api.key));
const TOPIC_FIELDS = new Set(['name', 'topic', 'resourceName']);
const PARTITION_FIELDS = new Set(['partition', 'partitionIndex']);

type Struct = Record<string, unknown>;

/** Frames that were drawn by the same numbers before: to draw one takes longer than to answer it. */
const drawn = new WeakMap<Random, Buffer[]>();
const DRAWN_MAX = 500;

function validFrame(random: Random): Buffer {
  let frames = drawn.get(random);
  if (frames === undefined) drawn.set(random, (frames = []));
  if (frames.length === DRAWN_MAX && random.chance(0.95)) return Buffer.from(random.pick(frames));
  const frame = newFrame(random);
  if (frames.length < DRAWN_MAX) frames.push(frame);
  else frames[random.between(0, DRAWN_MAX - 1)] = frame;
  return Buffer.from(frame);
}

/** Nothing is wrong with it but what it asks for. `change`: what is done to the message before it is encoded. */
function newFrame(random: Random, from = handlers, change: (message: Struct) => void = () => undefined): Buffer {
  const { api, minVersion, maxVersion } = random.pick(from);
  const version = random.between(minVersion, maxVersion);
  const message = tamed(randomMessage(random, api.request.layout(version)));
  change(message);
  return frameOf(() =>
    encodeRequest(api, { version, correlationId: random.between(0, 1000), clientId: 'fuzz' }, message as never),
  );
}

/** Nothing that takes its time on purpose, or makes topics and transactions for ever. */
function tamed(message: Struct): Struct {
  if ('maxWaitMs' in message) message.maxWaitMs = Math.min(5, message.maxWaitMs as number);
  if ('validateOnly' in message) message.validateOnly = true;
  if ('transactionalId' in message) message.transactionalId = message.transactionalId === null ? null : 'x';
  return message;
}

/** All arrays of the message that have elements, at any depth. */
function* arraysOf(value: unknown): Generator<unknown[]> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value) && value.length > 0) yield value;
  for (const part of Object.values(value)) yield* arraysOf(part);
}

/** Where it names topics and partitions, they are those that there are. */
function nameWhatIs(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  const struct = value as Struct;
  for (const key of Object.keys(struct)) {
    if (TOPIC_FIELDS.has(key) && typeof struct[key] === 'string') struct[key] = TOPIC;
    else if (PARTITION_FIELDS.has(key) && typeof struct[key] === 'number') struct[key] = 0;
    else nameWhatIs(struct[key]);
  }
}

function frameOf(encode: () => readonly Uint8Array[]): Buffer {
  try {
    return Buffer.concat(encode());
  } catch {
    // A string that its length cannot tell, for example.
    return Buffer.from([0, 0, 0, 0]);
  }
}

/** The length of the frame says that it is whole again. */
function withLength(frame: Buffer): Buffer {
  frame.writeInt32BE(frame.length - LENGTH_SIZE);
  return frame;
}

function produceFrame(records: Buffer): Buffer {
  const topicData = [{ name: TOPIC, topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
  return Buffer.concat(
    encodeRequest(
      produce,
      { version: 9, correlationId: 1 },
      { acks: 1, timeoutMs: 1, topicData, transactionalId: null },
    ),
  );
}

/** Made once: a million bytes that are a thousand. */
const bombs = (['gzip', 'snappy', 'lz4'] as const).map((compression) =>
  batch([{ value: Buffer.alloc(1_000_000) }], { compression }),
);

function at(random: Random, frame: Buffer): number {
  return random.between(Math.min(LENGTH_SIZE + HEADER_SIZE, frame.length - 1), frame.length - 1);
}

const spoilers: Record<string, (random: Random) => Buffer> = {
  nothing: validFrame,
  'a length that lies'(random) {
    const frame = validFrame(random);
    frame.writeInt32BE(random.pick([-1, -0x8000_0000, 0, 1, 7, 0x7fff_ffff, frame.length + 1, frame.length - 5]));
    return frame;
  },
  'a count that is huge or negative'(random) {
    const frame = validFrame(random);
    const count = random.pick([0x7fff_ffff, -2, -0x8000_0000, 0x0fff_ffff, 1_000_001]);
    const position = at(random, frame);
    if (position + 4 <= frame.length) frame.writeInt32BE(count, position);
    return frame;
  },
  'a varint without an end'(random) {
    const frame = validFrame(random);
    const position = at(random, frame);
    frame.fill(0xff, position, Math.min(frame.length, position + random.between(1, 12)));
    return frame;
  },
  'an end that is missing'(random) {
    const frame = validFrame(random);
    return withLength(Buffer.from(frame.subarray(0, random.between(LENGTH_SIZE, frame.length))));
  },
  'tags that nobody knows'(random) {
    const frame = validFrame(random);
    const tags = Buffer.from([
      random.between(1, 200),
      random.between(0, 255),
      random.between(0, 255),
      0xff,
      0xff,
      0x03,
    ]);
    return withLength(Buffer.concat([frame.subarray(0, -1), tags, random.bytes(random.between(0, 40))]));
  },
  'a version that there is not'(random) {
    const frame = validFrame(random);
    if (frame.length >= 8) frame.writeInt16BE(random.pick([-1, 99, 0x7fff, -0x8000, random.between(0, 20)]), 6);
    return frame;
  },
  'an API that there is not'(random) {
    const frame = validFrame(random);
    if (frame.length >= 6) frame.writeInt16BE(random.pick([-1, 9, 1000, 0x7fff, random.between(0, 100)]), 4);
    return frame;
  },
  'bits that were flipped'(random) {
    const frame = validFrame(random);
    for (let i = random.between(1, 8); i > 0; i--)
      frame[random.between(LENGTH_SIZE, frame.length - 1) % frame.length] ^= 1 << random.between(0, 7);
    return frame;
  },
  noise: (random) => withLength(Buffer.concat([Buffer.alloc(LENGTH_SIZE), random.bytes(random.between(0, 200))])),
  'one thing that is named many times'(random) {
    const onlyAsks = random.chance(0.5);
    return newFrame(random, onlyAsks ? readers : handlers, (message) => {
      if (onlyAsks) nameWhatIs(message);
      const arrays = [...arraysOf(message)];
      if (arrays.length === 0) return;
      const array = random.pick(arrays);
      const again = random.pick(array);
      for (let i = random.pick([1, 100, 2_000]); i > 0; i--) array.push(again);
    });
  },
  'a control batch'(random) {
    const records = batch([{ key: Buffer.alloc(4), value: Buffer.alloc(6) }]);
    // The attributes, before which the checksum stands: right or wrong.
    records[22] |= random.pick([0x20, 0x30]);
    return produceFrame(records);
  },
  'a bomb, or a batch that is none'(random) {
    const records = Buffer.from(random.pick(bombs));
    for (let i = random.between(0, 3); i > 0; i--)
      records[random.between(0, records.length - 1)] ^= 1 << random.between(0, 7);
    return produceFrame(records);
  },
};

export const spoilerNames = Object.keys(spoilers);

/** `spoiler`: one of `spoilerNames`. */
export function hostileFrame(random: Random, spoiler: string): Buffer {
  return spoilers[spoiler](random);
}
