import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { alterUserScramCredentials } from '#millrace/protocol/apis/51-alter-user-scram-credentials.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { BrokerClient } from '../broker-client.ts';
import { rig } from '../broker-fixture.ts';
import { logIn } from '../secure-fixture.ts';

const { UNACCEPTABLE_CREDENTIAL, UNSUPPORTED_SASL_MECHANISM, DUPLICATE_RESOURCE, RESOURCE_NOT_FOUND } = kafkaErrorCodes;

function upsertion(name: string, more: object = {}) {
  const salt = randomBytes(16);
  const saltedPassword = pbkdf2Sync('secret', salt, 4096, 32, 'sha256');
  return { name, mechanism: 1, iterations: 4096, salt, saltedPassword, ...more };
}

test('what a client salts logs in, until it is deleted', async () => {
  const listeners = 'PLAINTEXT://127.0.0.1:0,SASL_PLAINTEXT://127.0.0.1:0';
  const { broker, client } = await rig({ port: undefined, config: { listeners } });
  const alter = async (deletions: object[], upsertions: object[]) =>
    (await client.ask(alterUserScramCredentials, 0, { deletions, upsertions } as never)).results;
  expect(await alter([], [upsertion('alice')])).toEqual([{ user: 'alice', errorCode: 0, errorMessage: null }]);
  const other = await BrokerClient.connect(broker.listeners[1]);
  expect(await logIn(other, 'alice', { password: 'secret' })).toBe(0);
  expect(await alter([{ name: 'alice', mechanism: 1 }], [])).toMatchObject([{ errorCode: 0 }]);
  expect(await alter([{ name: 'alice', mechanism: 1 }], [])).toMatchObject([{ errorCode: RESOURCE_NOT_FOUND }]);
  const late = await BrokerClient.connect(broker.listeners[1]);
  expect(await logIn(late, 'alice', { password: 'secret' })).toBe(kafkaErrorCodes.SASL_AUTHENTICATION_FAILED);
  for (const each of [other, late]) each.close();
});

test('what cannot be is refused by user, and the others are done', async () => {
  const { broker, client } = await rig();
  const upsertions = [
    upsertion(''),
    upsertion('few', { iterations: 4095 }),
    upsertion('many', { iterations: 16_385 }),
    upsertion('short', { saltedPassword: Buffer.alloc(31) }),
    upsertion('strange', { mechanism: 3 }),
    upsertion('twice'),
    upsertion('twice'),
    upsertion('fine'),
  ];
  const { results } = await client.ask(alterUserScramCredentials, 0, { deletions: [], upsertions });
  expect(Object.fromEntries(results.map(({ user, errorCode }) => [user, errorCode]))).toEqual({
    '': UNACCEPTABLE_CREDENTIAL,
    few: UNACCEPTABLE_CREDENTIAL,
    many: UNACCEPTABLE_CREDENTIAL,
    short: UNACCEPTABLE_CREDENTIAL,
    strange: UNSUPPORTED_SASL_MECHANISM,
    twice: DUPLICATE_RESOURCE,
    fine: 0,
  });
  expect(broker.credentials.list().map(({ user }) => user)).toEqual(['fine']);
});
