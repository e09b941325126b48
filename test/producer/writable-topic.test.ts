import { expect, test } from 'vitest';
import { checkWritable } from '#millrace/producer/writable-topic.js';
import { openInMemory } from '../store/store-fixture.ts';

test('the topics of the coordinators are not for producers', () => {
  for (const topic of ['__consumer_offsets', '__transaction_state'])
    expect(() => checkWritable(topic)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_TOPIC' }));
  expect(() => checkWritable('__mine')).not.toThrow();
});

test('whatever they are asked to write there is refused, in a transaction too', async () => {
  const { store } = await openInMemory();
  const nobody = { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1 };
  await store.groupCoordinator.commit({
    ...nobody,
    offsets: [{ topic: 't', partition: 0, offset: 1 }],
    retentionMs: -1,
  });
  const refused = { code: 'ERR_MILLRACE_INVALID_TOPIC' };
  const producer = store.producer();
  await expect(producer.send('__consumer_offsets', { key: 'k', value: 'v' })).rejects.toMatchObject(refused);
  const transactional = store.producer({ transactionalId: 'id' });
  const sent = transactional.transaction((tx) => tx.send('__consumer_offsets', { key: 'k', value: 'v' }));
  await expect(sent).rejects.toMatchObject(refused);
  expect(await store.committedOffsets('g')).toHaveLength(1);
  await store.close();
});
