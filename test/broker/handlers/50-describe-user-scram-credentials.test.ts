import { expect, test } from 'vitest';
import { describeUserScramCredentials } from '#millrace/protocol/apis/50-describe-user-scram-credentials.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { addUser } from '../secure-fixture.ts';

const credentialInfos = [
  { mechanism: 1, iterations: 4096 },
  { mechanism: 2, iterations: 4096 },
];

test('all users, some of them, one twice and one that is none', async () => {
  const { broker, client } = await rig();
  for (const user of ['bob', 'alice']) await addUser(broker, user);
  const ask = async (users: string[] | null) =>
    (await client.ask(describeUserScramCredentials, 0, { users: users?.map((name) => ({ name })) ?? null })).results;
  const [alice, bob] = ['alice', 'bob'].map((user) => ({ user, errorCode: 0, errorMessage: null, credentialInfos }));
  expect(await ask(null)).toEqual([alice, bob]);
  expect(await ask([])).toEqual([alice, bob]);
  expect(await ask(['bob', 'carol', 'alice', 'alice'])).toMatchObject([
    bob,
    { user: 'carol', errorCode: kafkaErrorCodes.RESOURCE_NOT_FOUND, credentialInfos: [] },
    { user: 'alice', errorCode: kafkaErrorCodes.DUPLICATE_RESOURCE, credentialInfos: [] },
  ]);
});
