import { expect, test } from 'vitest';
import { deleteTopics } from '#millrace/protocol/apis/20-delete-topics.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { type Rig, rig } from '../broker-fixture.ts';

const { INVALID_REQUEST, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION } = kafkaErrorCodes;

const named = (name: string) => ({ name, topicId: ZERO_UUID });
const byId = (topicId: string) => ({ name: null, topicId });

async function remove({ client }: Rig, topics: readonly { name: string | null; topicId: string }[], version = 6) {
  const topicNames = topics.map(({ name }) => name!);
  return (await client.ask(deleteTopics, version, { topics, topicNames, timeoutMs: 1000 })).responses;
}

async function rigWith(...names: string[]): Promise<Rig> {
  const all = await rig();
  for (const name of names) await all.broker.store.createTopic(name);
  return all;
}

const namesOf = ({ broker }: Rig): string[] => broker.store.topics().map(({ name }) => name);

test.each([1, 3, 4, 5, 6])('deletes by name, version %i', async (version) => {
  const all = await rigWith('a', 'b');
  const { id } = all.broker.store.topic('a');
  const [done, unknown] = await remove(all, [named('a'), named('none')], version);
  expect(done).toMatchObject({ name: 'a', errorCode: 0 });
  expect(unknown).toMatchObject({ name: 'none', errorCode: UNKNOWN_TOPIC_OR_PARTITION });
  if (version >= 5) expect(unknown.errorMessage).toBeNull();
  if (version >= 6) expect(done.topicId).toBe(id);
  expect(namesOf(all)).toEqual(['b']);
});

test('deletes by id, and a topic that is made again has another one', async () => {
  const all = await rigWith('a');
  const { id } = all.broker.store.topic('a');
  expect(await remove(all, [byId(id)])).toMatchObject([{ name: 'a', topicId: id, errorCode: 0 }]);
  await all.broker.store.createTopic('a');
  expect(await remove(all, [byId(id)])).toMatchObject([{ name: null, topicId: id, errorCode: UNKNOWN_TOPIC_ID }]);
  expect(namesOf(all)).toEqual(['a']);
});

test('what is named twice, by both or by neither is refused, and stays', async () => {
  const all = await rigWith('a', 'b', 'c', 'd');
  const idOf = (name: string): string => all.broker.store.topic(name).id;
  const answers = await remove(all, [
    named('a'),
    named('a'),
    byId(idOf('b')),
    byId(idOf('b')),
    { name: 'c', topicId: idOf('c') },
    byId(ZERO_UUID),
    named('d'),
  ]);
  expect(answers.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
    [INVALID_REQUEST, 'Duplicate topic name.'],
    [INVALID_REQUEST, 'Duplicate topic id.'],
    [INVALID_REQUEST, 'You may not specify both topic name and topic id.'],
    [INVALID_REQUEST, 'Neither topic name nor id were specified.'],
    [0, null],
  ]);
  expect(namesOf(all)).toEqual(['a', 'b', 'c']);
});

test('a name and the id of the same topic: the name is refused', async () => {
  const all = await rigWith('a');
  const answers = await remove(all, [named('a'), byId(all.broker.store.topic('a').id)]);
  expect(answers[0]).toMatchObject({
    errorCode: INVALID_REQUEST,
    errorMessage: expect.stringContaining('already supplied'),
  });
});

test('an internal topic stays', async () => {
  const all = await rigWith('__consumer_offsets');
  const [answer] = await remove(all, [named('__consumer_offsets')]);
  expect(answer.errorCode).toBe(kafkaErrorCodes.INVALID_TOPIC_EXCEPTION);
  expect(namesOf(all)).toEqual(['__consumer_offsets']);
});

test.each([
  [2, INVALID_REQUEST],
  [3, kafkaErrorCodes.TOPIC_DELETION_DISABLED],
])('with delete.topic.enable=false none is deleted, version %i', async (version, errorCode) => {
  const all = await rig({ config: { 'delete.topic.enable': false } });
  await all.broker.store.createTopic('a');
  expect((await remove(all, [named('a')], version))[0].errorCode).toBe(errorCode);
  expect(namesOf(all)).toEqual(['a']);
});
