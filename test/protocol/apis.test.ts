/** Every API, in every version, both ways: made code and the interpreter agree on every message and on every damage to one. */
import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { apiOf, apis } from '#millrace/protocol/apis.js';
import { canMakeCode } from '#millrace/protocol/code-lines.js';
import { interpretBytes, interpretMessage } from '#millrace/protocol/interpreter.js';
import { defaultOf, type StructLayout } from '#millrace/protocol/message-layout.js';
import type { MessageSchema } from '#millrace/protocol/message-schema.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { Random, seedsOf } from '../support/random.ts';
import { randomMessage } from './random-message.ts';

const MESSAGES_A_VERSION = 2;
const DAMAGES_A_MESSAGE = 8;
const CUTS_A_MESSAGE = 16;
const [seed] = seedsOf(1);

type Struct = Record<string, unknown>;

/** What a call returns, or what it throws. */
function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Each pair is of two that are the same. `expect` takes too long for thousands of comparisons: it is asked about one that fails. */
function agree(pairs: Iterable<readonly [ours: unknown, theirs: unknown]>): void {
  let count = 0;
  for (const [ours, theirs] of pairs) {
    count++;
    if (!isDeepStrictEqual(ours, theirs)) expect(ours).toStrictEqual(theirs);
  }
  expect(count).toBeGreaterThan(0);
}

interface Case {
  readonly version: number;
  readonly random: Random;
  readonly layout: StructLayout;
  /** As the interpreter does. */
  readonly read: (bytes: Uint8Array) => Struct;
  readonly write: (message: unknown) => Buffer;
}

function* casesOf(schema: MessageSchema): Generator<Case> {
  for (let version = schema.versions.min; version <= schema.versions.max; version++) {
    const random = new Random(seed + version);
    const layout = schema.layout(version);
    const what = `a ${schema.name}, version ${version}`;
    const read = (bytes: Uint8Array): Struct => interpretBytes(layout, bytes, `${what},`);
    const write = (message: unknown): Buffer => {
      const writer = new MessageWriter();
      interpretMessage(layout, message, what, writer);
      return writer.finish();
    };
    for (let i = 0; i < MESSAGES_A_VERSION; i++) yield { version, random, layout, read, write };
  }
}

const schemas = Object.values(apis).flatMap(({ request, response }) => [request, response] as MessageSchema[]);

describe.each(schemas.map((schema) => [schema.name, schema] as const))(`%s, MILLRACE_SEED=${seed}`, (_name, schema) => {
  test('what was encoded is decoded again, and by both in the same way', () => {
    agree(roundTrips(schema));
  });

  test('a message that ends too early, or goes on, is refused', () => {
    agree(cuts(schema));
  });

  test('damage is read or refused by both in the same way', () => {
    agree(damages(schema));
  });

  test('values that do not fit are refused by both in the same words', () => {
    agree(strangers(schema));
  });
});

type Pairs = Generator<readonly [unknown, unknown]>;

function* roundTrips(schema: MessageSchema): Pairs {
  for (const { version, random, layout, read, write } of casesOf(schema)) {
    const message = randomMessage(random, layout);
    const bytes = write(message);
    yield [Buffer.concat(schema.encode(version, message)), bytes];
    yield [read(bytes), message];
    const decoded = schema.decode(version, bytes);
    yield [decoded, message];
    yield [Object.keys(decoded), Object.keys(message)];
    yield [Buffer.concat(schema.encode(version, withoutDefaults(layout, message))), bytes];
  }
}

function* cuts(schema: MessageSchema): Pairs {
  for (const { version, random, layout, read, write } of casesOf(schema)) {
    const bytes = write(randomMessage(random, layout));
    const longer = Buffer.concat([bytes, Buffer.alloc(1)]);
    const step = Math.ceil(longer.length / CUTS_A_MESSAGE);
    for (let size = bytes.length + 1; size >= 0; size -= step) {
      if (size === bytes.length) continue;
      const cut = longer.subarray(0, size);
      const ours = outcome(() => schema.decode(version, cut)) as Struct;
      yield [ours.code, 'ERR_MILLRACE_CORRUPT'];
      yield [ours, outcome(() => read(cut))];
    }
  }
}

function* damages(schema: MessageSchema): Pairs {
  for (const { version, random, layout, read, write } of casesOf(schema)) {
    const bytes = write(randomMessage(random, layout));
    for (let i = 0; i < DAMAGES_A_MESSAGE; i++) {
      const damaged = Buffer.concat([bytes, random.bytes(random.pick([0, 0, 1]))]);
      damaged[random.between(0, bytes.length - 1)] = random.pick([0, 0xff, 0x7f, 0x80, random.between(0, 255)]);
      yield [outcome(() => schema.decode(version, damaged)), outcome(() => read(damaged))];
    }
  }
}

function* strangers(schema: MessageSchema): Pairs {
  const values = [undefined, null, 5, 0.5, NaN, 2 ** 70, '5', 'x'.repeat(40_000), {}, [], [1], true, 7n];
  for (const { version, random, layout, write } of casesOf(schema)) {
    const message = randomMessage(random, layout);
    putSomewhere(message, random, random.pick(values));
    yield [outcome(() => Buffer.concat(schema.encode(version, message))), outcome(() => write(message))];
  }
}

/** The same message, without what a writer may leave out. */
function withoutDefaults({ slots }: StructLayout, message: Struct): Struct {
  const told = slots.filter((slot) => !slot.hasDefault || !isDeepStrictEqual(message[slot.name], defaultOf(slot)));
  return Object.fromEntries(told.map((slot) => [slot.name, message[slot.name]]));
}

/** Takes the place of a field, of the message or of a struct in it. */
function putSomewhere(struct: Struct, random: Random, value: unknown): void {
  const names = Object.keys(struct);
  if (names.length === 0) return;
  const name = random.pick(names);
  const inner = Array.isArray(struct[name]) ? struct[name][0] : struct[name];
  const isInner = typeof inner === 'object' && inner !== null && !(inner instanceof Uint8Array);
  if (isInner && random.chance(0.8)) putSomewhere(inner as Struct, random, value);
  else struct[name] = value;
}

test('each file in apis/ is one of them, and bears its key and name', () => {
  const names = readdirSync(new URL('../../src/protocol/apis', import.meta.url)).sort();
  const kebab = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
  expect(names).toEqual(
    Object.values(apis).map(({ key, name }) => `${String(key).padStart(2, '0')}-${kebab(name)}.ts`),
  );
  const properties = Object.values(apis).map(({ name }) => name[0].toLowerCase() + name.slice(1));
  expect(Object.keys(apis)).toEqual(properties);
});

test('made code is what is tested', () => {
  expect(canMakeCode).toBe(true);
});

test('keys are Kafka’s, each once, and lead to their API', () => {
  const keys = Object.values(apis).map(({ key }) => key);
  expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
  expect(keys.map((key) => apiOf(key))).toEqual(Object.values(apis));
  expect(apiOf(9999)).toBe(undefined);
});
