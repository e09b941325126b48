/** Messages drawn at random along a layout: all that a version can carry, edges often. */
import type { Slot, StructLayout } from '#millrace/protocol/message-layout.js';
import { defaultOf } from '#millrace/protocol/message-layout.js';
import { INT64_MAX } from '#millrace/protocol/integers.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import type { Random } from '../support/random.ts';

type Struct = Record<string, unknown>;

/** As decoding would return it: with all fields, those that are not on the wire at their defaults. */
export function randomMessage(random: Random, layout: StructLayout): Struct {
  const onWire = new Set<Slot>([...layout.wire, ...layout.tagged]);
  return Object.fromEntries(
    layout.slots.map((slot) => [slot.name, onWire.has(slot) ? randomField(random, slot) : defaultOf(slot)]),
  );
}

function randomField(random: Random, slot: Slot): unknown {
  return slot.tag >= 0 && random.chance(0.4) ? defaultOf(slot) : randomValue(random, slot);
}

function randomValue(random: Random, slot: Slot): unknown {
  if (slot.isNullable && random.chance(0.25)) return null;
  switch (slot.kind) {
    case 'bool':
      return random.chance(0.5);
    case 'int8':
      return random.pick([0, -1, 1, 127, -128, random.between(-128, 127)]);
    case 'int16':
      return random.pick([0, -1, 0x7fff, -0x8000, random.between(-0x8000, 0x7fff)]);
    case 'uint16':
      return random.pick([0, 0xffff, 0x8000, random.between(0, 0xffff)]);
    case 'int32':
      return random.pick([0, -1, 0x7fff_ffff, -0x8000_0000, random.between(-0x8000_0000, 0x7fff_ffff)]);
    case 'int64':
      return randomInt64(random);
    case 'float64':
      return random.pick([0, -1.5, Infinity, random.fraction() * 1e300]);
    case 'uuid':
      return random.pick([ZERO_UUID, random.bytes(16).toString('base64url')]);
    case 'string':
      return randomText(random);
    case 'bytes':
    case 'records':
      return random.bytes(random.pick([0, 1, random.between(0, 300), random.between(900, 1300)]));
    case 'array': {
      const length = random.pick([0, 1, 2, random.between(0, 5)]);
      return Array.from({ length }, () => randomValue(random, slot.element!));
    }
    default:
      return randomMessage(random, slot.struct!);
  }
}

function randomInt64(random: Random): number {
  return random.pick([
    0,
    -1,
    INT64_MAX,
    -INT64_MAX,
    2 ** 31,
    -(2 ** 31) - 1,
    Number.MAX_SAFE_INTEGER,
    random.between(-0x8000_0000, 0x7fff_ffff),
    Math.round((random.fraction() - 0.5) * 2 ** 54),
    Math.round((random.fraction() - 0.5) * 2 ** 63),
  ]);
}

function randomText(random: Random): string {
  const letters = random.pick(['abcdefghij-_.0', 'aé', 'ü€𝄞', 'x']);
  const length = random.pick([0, 1, 5, random.between(0, 24), random.between(20, 60), random.between(100, 400)]);
  return Array.from({ length }, () => random.pick(Array.from(letters))).join('');
}
