import { expect, test } from 'vitest';
import { warnings } from '#millrace/cli/warnings.js';
import { testContext } from './cli-run.ts';

test('a warning is a sentence on standard error, with its details', () => {
  const context = testContext();
  const logger = warnings(context);
  logger.warn?.({ path: 'a/b', bytes: 12, err: new Error('the disk is gone') }, 'a file was left');
  logger.error?.({}, 'the directory is offline');
  expect(context.stderr.text).toBe(
    'millrace: warning: a file was left (path a/b, bytes 12, err the disk is gone)\nmillrace: warning: the directory is offline\n',
  );
});
