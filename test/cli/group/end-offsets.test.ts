import { expect, test } from 'vitest';
import { endOffsets } from '#millrace/cli/group/end-offsets.js';
import { openInMemory } from '../../store/store-fixture.ts';

test('where a log ends; null for a topic or a partition that is not there', async () => {
  const { store } = await openInMemory();
  await store.createTopic('t');
  store.partition('t', 0).append([{ value: 'a' }]);
  const endOf = endOffsets(store);
  expect([endOf('t', 0), endOf('t', 1), endOf('u', 0)]).toEqual([1, null, null]);
  await store.close();
  expect(() => endOf('t', 0)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CLOSED' }));
});
