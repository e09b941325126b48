import { describe, expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { checkDirectory, checkOptions } from '#millrace/store/store-options.js';

const refused = expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });

test('there is a default for each option', () => {
  expect(checkOptions({})).toMatchObject({
    readOnly: false,
    defaults: {},
    logger: {},
    checkpointIntervalMs: 60_000,
    retentionCheckIntervalMs: 300_000,
    fileAccess: null,
    fileSystem: null,
  });
});

describe.each([
  ['an unknown option', { readonly: true }, '"readonly" is no option of a store, did you mean "readOnly"?'],
  ['null', null, 'options must be an object, got null'],
  ['a string', 'x', 'options must be an object, got "x"'],
  ['readOnly', { readOnly: 'yes' }, 'readOnly must be a boolean, got "yes"'],
  ['logger', { logger: null }, 'logger must be an object, got null'],
  ['onRecovery', { onRecovery: {} }, 'onRecovery must be a function, got an object of Object'],
  ['recoveryThreads', { recoveryThreads: -1 }, 'recoveryThreads must be a whole number from 0 to 64, got -1'],
  [
    'checkpointIntervalMs',
    { checkpointIntervalMs: 0.5 },
    'checkpointIntervalMs must be a whole number from 1 to 2147483647, got 0.5',
  ],
  ['fileAccess', { fileAccess: 'mmap' }, `fileAccess must be 'map' or 'copy', got "mmap"`],
  [
    'fileAccess with a file system',
    { fileAccess: 'copy', fileSystem: {} },
    'fileAccess must be left out with a fileSystem, got "copy"',
  ],
  [
    'a default setting',
    { defaults: { 'segment.bytes': 1 } },
    'segment.bytes must be a whole number from 1024 to 2147483647, got 1',
  ],
  ['an unknown setting', { defaults: { 'segment.byte': 1 } }, 'did you mean "segment.bytes"?'],
])('%s', (_what, options, message) => {
  test('is refused before anything is touched', async () => {
    expect(() => checkOptions(options)).toThrow(refused);
    await expect(openStore('/nowhere/at/all', options as object)).rejects.toThrow(message);
  });
});

test.each([undefined, null, '', 7, 'a\0b', {}])('%j is no directory', async (directory) => {
  expect(() => checkDirectory(directory)).toThrow(refused);
  await expect(openStore(directory as string)).rejects.toThrow(refused);
});
