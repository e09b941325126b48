import { expect, test } from 'vitest';
import * as millrace from 'millrace';

test('the face of the package', () => {
  expect(Object.keys(millrace).sort()).toEqual([
    'MillraceError',
    'RecordWritable',
    'errorCodes',
    'isMillraceError',
    'openStore',
    'partitionForKey',
    'topicConfigs',
  ]);
});

test('an error is told by its code', async () => {
  const error: unknown = await millrace.openStore('').catch((failure: unknown) => failure);
  expect(millrace.isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT')).toBe(true);
  expect(error).toBeInstanceOf(millrace.MillraceError);
  expect(millrace.errorCodes).toHaveProperty((error as millrace.MillraceError).code);
});
