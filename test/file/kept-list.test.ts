import { expect, test } from 'vitest';
import type { FileWindow } from '#millrace/file/file-system.js';
import { type Kept, KeptList } from '#millrace/file/kept-list.js';
import { Random, seedsOf } from '../support/random.ts';

class Thing implements Kept {
  used = false;
  older: Kept | null = null;
  newer: Kept | null = null;
  window: FileWindow | null = null;
  isKept = true;
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  left(): void {
    this.isKept = false;
  }
}

function setUp(countMax: number, bytesMax = Infinity): { list: KeptList; add: (size?: number) => Thing } {
  const list = new KeptList({ countMax, bytesMax }, () => {});
  const add = (size = 1): Thing => {
    const thing = new Thing(size);
    list.add(thing);
    return thing;
  };
  return { list, add };
}

function kept(things: readonly Thing[]): number[] {
  return things.flatMap((thing, i) => (thing.isKept ? [i] : []));
}

test('the oldest goes first, unless it was used', () => {
  const { add } = setUp(3);
  const things = [add(), add(), add()];
  things[0].used = true;
  things.push(add());
  expect(kept(things)).toEqual([0, 2, 3]);
  // It has had its second chance, and is newer than what was there when it got it.
  things.push(add());
  expect(kept(things)).toEqual([0, 3, 4]);
  things.push(add());
  expect(kept(things)).toEqual([3, 4, 5]);
});

test('when all were used the oldest goes all the same', () => {
  const { list, add } = setUp(3);
  const things = [add(), add(), add()];
  for (const thing of things) thing.used = true;
  things.push(add());
  expect([kept(things), list.count]).toEqual([[1, 2, 3], 3]);
});

test('what is larger than the bound takes all the room, and is kept', () => {
  const { list, add } = setUp(10, 100);
  const things = [add(40), add(60), add(500)];
  expect([kept(things), list.count, list.bytes]).toEqual([[2], 1, 500]);
  things.push(add(1));
  expect([kept(things), list.bytes]).toEqual([[3], 1]);
});

test('a window is released when it was let go, and not when another takes its place', () => {
  const released: unknown[] = [];
  const list = new KeptList({ countMax: 1, bytesMax: 100 }, (window) => released.push(window));
  const things = [1, 2, 3].map((size) => Object.assign(new Thing(size), { window: { length: size } as FileWindow }));
  list.add(things[0]);
  list.add(things[1]);
  expect(released).toEqual([things[0].window]);
  list.remove(things[1]);
  list.add(things[2]);
  expect(released).toHaveLength(1);
  list.letGo(things[2]);
  expect(released).toEqual([things[0].window, things[2].window]);
  expect([kept(things), list.count, list.bytes]).toEqual([[], 0, 0]);
});

test('counts and bounds hold whatever is added, used and removed', () => {
  for (const seed of seedsOf(20)) {
    const random = new Random(seed);
    const { list, add } = setUp(8, 50);
    let things: Thing[] = [];
    for (let i = 0; i < 300; i++) {
      const thing = things.length === 0 ? add() : things[random.between(0, things.length - 1)];
      const choice = random.between(0, 3);
      if (choice === 0) list.remove(thing);
      else if (choice === 1) thing.used = true;
      else {
        things.push(add(random.between(0, 20)));
        expect(things.at(-1)!.isKept, `seed ${seed}`).toBe(true);
      }
      things = [...new Set([...things, thing])].filter(({ isKept }) => isKept);
      const bytes = things.reduce((sum, { size }) => sum + size, 0);
      expect([list.count, list.bytes], `seed ${seed}`).toEqual([things.length, bytes]);
      expect(list.count <= 8 && bytes <= 50, `seed ${seed}`).toBe(true);
    }
  }
});
