import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { describeTransactions } from '#millrace/protocol/apis/65-describe-transactions.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { FakeClock } from '../../support/fake-clock.ts';
import { rig } from '../broker-fixture.ts';
import { TransactionalClient } from '../transactional-client.ts';

test('what is known of transactional ids', async () => {
  const clock = new FakeClock();
  const { broker, client } = await rig({ clock });
  const ask = async (...transactionalIds: string[]) =>
    (await client.ask(describeTransactions, 0, { transactionalIds })).transactionStates;
  const notFound = { errorCode: kafkaErrorCodes.TRANSACTIONAL_ID_NOT_FOUND, topics: [] };
  expect(await ask('a', '')).toMatchObject([notFound, { errorCode: kafkaErrorCodes.INVALID_REQUEST }]);
  // To ask makes nothing.
  expect(broker.store.topics()).toEqual([]);
  await broker.store.createTopic('t', { partitions: 3 });
  const producer = new TransactionalClient(client, 'a');
  await producer.init({ timeoutMs: 5_000 });
  await producer.add(3, [
    ['t', 2],
    ['t', 0],
  ]);
  expect(await ask('b', 'a')).toMatchObject([
    { transactionalId: 'b', ...notFound },
    {
      errorCode: 0,
      transactionalId: 'a',
      transactionState: 'Ongoing',
      transactionTimeoutMs: 5_000,
      transactionStartTimeMs: clock.now(),
      ...producer.identity,
      topics: [{ topic: 't', partitions: [2, 0] }],
    },
  ]);
  const requests = await broker.store.transactionCoordinator.load();
  const describe = requests.describe.bind(requests);
  requests.describe = (id) => {
    if (id === 'c') throw new MillraceError('ERR_MILLRACE_CORRUPT', 'its partition of the log is damaged');
    return describe(id);
  };
  expect(await ask('c', 'a')).toMatchObject([
    { transactionalId: 'c', errorCode: kafkaErrorCodes.COORDINATOR_NOT_AVAILABLE },
    { transactionalId: 'a', errorCode: 0 },
  ]);
});
