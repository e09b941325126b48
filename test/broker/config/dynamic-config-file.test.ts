import { expect, test } from 'vitest';
import { join } from 'node:path';
import { statSync, writeFileSync } from 'node:fs';
import {
  DYNAMIC_CONFIGS_FILE,
  readDynamicConfigs,
  writeDynamicConfigs,
} from '#millrace/broker/config/dynamic-config-file.js';
import { openDisk } from '#millrace/file/disk-choice.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

const entries = [
  { scope: 'cluster', name: 'log.retention.ms', value: '5' },
  { scope: 'broker', name: 'log.retention.ms', value: '' },
] as const;

test('what is written is read, and only its owner reads it', () => {
  const [disk, directory] = [openDisk(), temporaryDirectory()];
  expect(readDynamicConfigs(disk, directory)).toEqual([]);
  writeDynamicConfigs(disk, directory, entries);
  expect(readDynamicConfigs(disk, directory)).toEqual(entries);
  expect(statSync(join(directory, DYNAMIC_CONFIGS_FILE)).mode & 0o777).toBe(0o600);
  disk.close();
});

test.each([
  ['a scope that is none', '{"scope":"topic","name":"a","value":""}', /its scope is none/],
  ['no name', '{"scope":"broker","name":"","value":""}', /it has no name/],
  ['no value', '{"scope":"broker","name":"a","value":5}', /a has no value/],
])('%s is damage, with its line', (_, line, message) => {
  const [disk, directory] = [openDisk(), temporaryDirectory()];
  writeFileSync(join(directory, DYNAMIC_CONFIGS_FILE), `{"version":0,"kind":"broker-configs","entries":1}\n${line}\n`);
  expect(() => readDynamicConfigs(disk, directory)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', message: expect.stringMatching(message) }),
  );
  disk.close();
});
