import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GROUP_CONFIGS_FILE, readGroupConfigs, writeGroupConfigs } from '#millrace/broker/config/group-config-file.js';
import { openDisk } from '#millrace/file/disk-choice.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

const entries = [
  { group: 'g', name: 'consumer.session.timeout.ms', value: '50000' },
  { group: 'g name', name: 'consumer.session.timeout.ms', value: '' },
];

test('what is written is read, and only its owner reads it', () => {
  const [disk, directory] = [openDisk(), temporaryDirectory()];
  expect(readGroupConfigs(disk, directory)).toEqual([]);
  writeGroupConfigs(disk, directory, entries);
  expect(readGroupConfigs(disk, directory)).toEqual(entries);
  expect(statSync(join(directory, GROUP_CONFIGS_FILE)).mode & 0o777).toBe(0o600);
  disk.close();
});

test.each([
  ['no group', '{"group":"","name":"a","value":""}', /it has no group/],
  ['no name', '{"group":"g","value":""}', /it has no name/],
  ['no value', '{"group":"g","name":"a","value":5}', /a has no value/],
])('%s is damage, with its line', (_, line, message) => {
  const [disk, directory] = [openDisk(), temporaryDirectory()];
  writeFileSync(join(directory, GROUP_CONFIGS_FILE), `{"version":0,"kind":"group-configs","entries":1}\n${line}\n`);
  expect(() => readGroupConfigs(disk, directory)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', message: expect.stringMatching(message) }),
  );
  disk.close();
});
