import { expect, test } from 'vitest';
import { describeAcls } from '#millrace/protocol/apis/29-describe-acls.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { guardedRig } from '../secure-fixture.ts';

const any = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
};

test.each([1, 3])('rules of one resource stand together, in version %i', async (version) => {
  const { root, allow } = await guardedRig();
  await allow(2, 't', 3);
  await allow(3, 'g', 3);
  await allow(2, 't', 4);
  const rule = { principal: 'User:alice', host: '*', permissionType: 3 };
  expect((await root.ask(describeAcls, version, any)).resources).toEqual([
    {
      resourceType: 2,
      resourceName: 't',
      patternType: 3,
      acls: [
        { ...rule, operation: 3 },
        { ...rule, operation: 4 },
      ],
    },
    { resourceType: 3, resourceName: 'g', patternType: 3, acls: [{ ...rule, operation: 3 }] },
  ]);
  const some = await root.ask(describeAcls, version, { ...any, resourceTypeFilter: 3 });
  expect(some.resources).toHaveLength(1);
  const wrong = await root.ask(describeAcls, version, { ...any, operation: 99 });
  expect(wrong).toMatchObject({ errorCode: kafkaErrorCodes.INVALID_REQUEST, resources: [] });
});

test('without an authorizer there are none', async () => {
  const { client } = await rig();
  const { errorCode, resources } = await client.ask(describeAcls, 1, any);
  expect([errorCode, resources]).toEqual([kafkaErrorCodes.SECURITY_DISABLED, []]);
});
