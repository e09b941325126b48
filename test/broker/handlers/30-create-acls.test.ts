import { expect, test } from 'vitest';
import { createAcls } from '#millrace/protocol/apis/30-create-acls.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { guardedRig } from '../secure-fixture.ts';

const rule = {
  resourceType: 2,
  resourceName: 't',
  resourcePatternType: 3,
  principal: 'User:alice',
  host: '*',
  operation: 3,
  permissionType: 3,
};

test('each that can be is made; the others say why not', async () => {
  const { root, alice } = await guardedRig();
  const creations = [rule, rule, { ...rule, operation: 1 }, { ...rule, principal: 'alice' }];
  const codes = async (client: typeof root) =>
    (await client.ask(createAcls, 3, { creations })).results.map(({ errorCode }) => errorCode);
  const { INVALID_REQUEST, CLUSTER_AUTHORIZATION_FAILED } = kafkaErrorCodes;
  expect(await codes(root)).toEqual([0, 0, INVALID_REQUEST, INVALID_REQUEST]);
  expect(await codes(alice)).toEqual(creations.map(() => CLUSTER_AUTHORIZATION_FAILED));
});

test('without an authorizer none is made', async () => {
  const { client } = await rig();
  const { results } = await client.ask(createAcls, 1, { creations: [rule] });
  expect(results).toMatchObject([{ errorCode: kafkaErrorCodes.SECURITY_DISABLED }]);
});
