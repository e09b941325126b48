import { expect, test } from 'vitest';
import { copyResult, copyStop, gatherStop, gatherWalk, scanStop } from '#millrace/native-words.js';
import { native } from '#millrace/native.js';

const NOTHING = new Uint8Array(0);

test('no two words of a list mean the same', () => {
  for (const words of [copyResult, copyStop, gatherStop, gatherWalk, scanStop]) {
    const values = Object.values(words);
    expect(new Set(values).size).toBe(values.length);
  }
});

test('the addon uses them', () => {
  const result = new Float64Array(8);
  const options = { verify: true, nextOffset: 0, epoch: -1, batchBytesMax: 1024 };
  native.scanBatches(new Uint8Array(100), 0, 100, options, new Uint32Array(4), result);
  expect(result[0]).toBe(scanStop.zeros);
  const walk = new Float64Array(gatherWalk.length);
  walk[gatherWalk.left] = 1;
  walk[gatherWalk.most] = 1;
  native.gatherValues(NOTHING, 0, walk, NOTHING, new Uint8Array(8));
  expect(walk[gatherWalk.stop]).toBe(gatherStop.malformed);
  const copied = new Float64Array(copyResult.length);
  native.copyValues(NOTHING, 0, 1, NOTHING, 0, 'nowhere', copied);
  expect(copied[copyResult.stop]).toBe(copyStop.end);
});
