import { expect, test } from 'vitest';
import { flushBarrier, flushRound } from '#millrace/file/flush-round.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA } from '../store/store-fixture.ts';

test('a barrier is passed when the rounds before it have ended', async () => {
  const system = new MemoryFileSystem({ flush: 'manual' });
  system.makeDirectory(DATA);
  const thread = system.flushThread(DATA);
  const passed: string[] = [];
  const round = flushRound(thread, { files: [], directories: [DATA], wholeFileSystem: false }).then(() =>
    passed.push('round'),
  );
  const barrier = flushBarrier(thread).then(() => passed.push('barrier'));
  system.runFlush();
  await round;
  expect(passed).toEqual(['round']);
  system.runFlush();
  await barrier;
  expect(passed).toEqual(['round', 'barrier']);
});

test('what failed is what it rejects with', async () => {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  system.fault = (operation) => (operation === 'fsync' ? 'EIO' : null);
  await expect(
    flushRound(system.flushThread(DATA), { files: [], directories: [DATA], wholeFileSystem: false }),
  ).rejects.toThrow('EIO');
});
