import { expect, test } from 'vitest';
import { describeProducers } from '#millrace/protocol/apis/61-describe-producers.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { TransactionalClient } from '../transactional-client.ts';

test('who writes, and since where its transaction is open', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const producer = new TransactionalClient(client, 'a');
  await producer.init();
  const ask = async () => {
    const topics = [
      { name: 't', partitionIndexes: [0, 5] },
      { name: 'a/b', partitionIndexes: [0] },
    ];
    const answer = await client.ask(describeProducers, 0, { topics });
    return answer.topics.map(({ partitions }) => partitions);
  };
  const [[none, unknown], [invalid]] = await ask();
  expect(none).toMatchObject({ errorCode: 0, activeProducers: [] });
  expect(unknown.errorCode).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  expect(invalid).toMatchObject({ errorCode: kafkaErrorCodes.INVALID_TOPIC_EXCEPTION, activeProducers: [] });
  broker.store.partition('t', 0).append([{ value: 'x' }]);
  await producer.send(0, { version: 12, count: 3 });
  const { producerId } = producer.identity;
  const state = { producerId, producerEpoch: 0, lastSequence: 2, coordinatorEpoch: -1 };
  expect((await ask())[0][0].activeProducers).toMatchObject([{ ...state, currentTxnStartOffset: 1 }]);
  await producer.end('commit', 3);
  expect((await ask())[0][0].activeProducers).toMatchObject([
    { ...state, coordinatorEpoch: 0, currentTxnStartOffset: -1 },
  ]);
});
