import { expect, test } from 'vitest';
import { filterOf, resultOf } from '#millrace/broker/acl-request.js';
import { MillraceError } from '#millrace/errors.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';

test('a filter of the wire', () => {
  const asked = {
    resourceTypeFilter: 2,
    resourceNameFilter: 't',
    patternTypeFilter: 3,
    principalFilter: null,
    hostFilter: '*',
    operation: 4,
    permissionType: 1,
  };
  expect(filterOf(asked)).toEqual({
    resourceType: 2,
    resourceName: 't',
    patternType: 3,
    principal: null,
    host: '*',
    operation: 4,
    permission: 1,
  });
});

test('too many rules are no message that is too large', () => {
  const error = new MillraceError('ERR_MILLRACE_TOO_LARGE', 'enough');
  expect(resultOf({ logger: {} } as never, error)).toEqual({
    errorCode: kafkaErrorCodes.POLICY_VIOLATION,
    errorMessage: 'enough',
  });
  expect(resultOf({ logger: {} } as never, null).errorCode).toBe(0);
});
