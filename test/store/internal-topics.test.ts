import { expect, test } from 'vitest';
import { InternalTopics } from '#millrace/store/internal-topics.js';
import type { TopicAdmin } from '#millrace/store/topic-admin.js';
import { MillraceError } from '#millrace/errors.js';

const settings = { transactionStatePartitions: 3, offsetsPartitions: 4 };

function adminOf(create: (name: string, options: object) => Promise<void>): TopicAdmin {
  const names = new Set<string>();
  const admin = {
    has: (name: string) => names.has(name),
    async create(name: string, options: object) {
      await create(name, options);
      names.add(name);
    },
  };
  return admin as unknown as TopicAdmin;
}

test('each is made once, with as many partitions as the store is told', async () => {
  const made: [string, object][] = [];
  const internal = new InternalTopics(
    adminOf(async (name, options) => void made.push([name, options])),
    settings,
  );
  expect([internal.hasOffsets, internal.hasTransactionState]).toEqual([false, false]);
  await internal.makeOffsets();
  await internal.makeOffsets();
  await internal.makeTransactionState();
  expect([internal.hasOffsets, internal.hasTransactionState]).toEqual([true, true]);
  const config = { 'cleanup.policy': 'compact', 'segment.bytes': 104_857_600 };
  expect(made).toMatchObject([
    ['__consumer_offsets', { partitions: 4, config: { ...config, 'compression.type': 'producer' } }],
    ['__transaction_state', { partitions: 3, config: { ...config, 'compression.type': 'uncompressed' } }],
  ]);
});

test('that somebody else has made it meanwhile is as good; that nobody could is not', async () => {
  const exists = new MillraceError('ERR_MILLRACE_TOPIC_EXISTS', 'it exists');
  const admin = adminOf(async () => Promise.reject(exists));
  await expect(new InternalTopics(admin, settings).makeOffsets()).rejects.toBe(exists);
  let looked = 0;
  const late = { has: () => looked++ > 0, create: async () => Promise.reject(exists) } as unknown as TopicAdmin;
  await new InternalTopics(late, settings).makeOffsets();
});
