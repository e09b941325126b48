import { expect, test } from 'vitest';
import { tooLong } from '#millrace/cli/produce/framing.js';

test('a frame that is too long is told of with the bound and the code', () => {
  expect(`it ${tooLong(10)}`).toBe(
    'it is longer than the 10 bytes that max.message.bytes allows (ERR_MILLRACE_TOO_LARGE)',
  );
});
