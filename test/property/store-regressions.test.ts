/** What the random lives of a store have found, each by itself and by name. */
import { expect, test } from 'vitest';
import { openStore } from '#millrace/store/open-store.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const open = (system: MemoryFileSystem): ReturnType<typeof openStore> =>
  openStore('/data', { fileSystem: system, recoveryThreads: 0 });

test('a topic that is made anew does not begin where its namesake was', async () => {
  const system = new MemoryFileSystem();
  const store = await open(system);
  await store.createTopic('b');
  const namesake = store.partition('b', 0);
  for (let i = 0; i < 5; i++) namesake.append([{ value: `old ${i}` }]);
  namesake.deleteRecords(3);
  await store.checkpoint();
  await store.deleteTopic('b');
  await store.createTopic('b');
  await store.partition('b', 0).append([{ value: 'new' }]).durable;

  const reopened = await open(system.kill());
  const log = reopened.partition('b', 0);
  expect([log.startOffset, log.endOffset]).toEqual([0, 1]);
  const [batch] = log.read(0);
  expect(String([...batch][0].value)).toBe('new');
  await reopened.close();
});

test('a full truncation that was cut short by a crash goes on where it was told to', async () => {
  for (let n = 1; n <= 25; n++) {
    const system = new MemoryFileSystem();
    const store = await open(system);
    await store.createTopic('a');
    const log = store.partition('a', 0);
    for (let i = 0; i < 5; i++) log.append([{ value: `old ${i}` }]);
    await log.flush();
    let calls = 0;
    system.fault = () => {
      if (++calls >= n) throw new Error('dead');
      return null;
    };
    let begun = false;
    try {
      log.truncateFullyAndStartAt(100);
    } catch {
      // Dead in the middle, as wanted; before the first file was changed the old log is as good.
      begun = system.list('/data/a-0').every(({ name }) => name !== '00000000000000000000.log');
    }
    system.fault = null;
    const reopened = await open(system.kill());
    const { endOffset } = reopened.partition('a', 0);
    expect([5, 100]).toContain(endOffset);
    if (begun) expect(endOffset).toBe(100);
    await reopened.close();
  }
});
