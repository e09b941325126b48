import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { GROUP_CONFIGS_FILE } from '#millrace/broker/config/group-config-file.js';
import { GroupSettings } from '#millrace/broker/group-settings.js';
import { openStore, type Logger } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const { config } = checkBrokerConfig({});
const session = 'consumer.session.timeout.ms';

async function open(directory = temporaryDirectory()) {
  const store = await openStore(directory);
  onTestFinished(() => store.close().catch(() => undefined));
  const said: string[] = [];
  const logger: Logger = { error: (_: object, message: string) => void said.push(message) };
  return { directory, store, said, settings: GroupSettings.open(store, config, logger) };
}

test('what a group has of its own is kept', async () => {
  const first = await open();
  expect(first.settings.of('g').size).toBe(0);
  first.settings.set('g', new Map([[session, '50000']]));
  first.settings.set('h', new Map([[session, '46000']]));
  first.settings.set('h', new Map());
  await first.store.close();
  const { settings } = await open(first.directory);
  expect([...settings.of('g')]).toEqual([[session, '50000']]);
  expect(settings.of('h').size).toBe(0);
});

test('what is not possible any more has no effect, and is said', async () => {
  const directory = temporaryDirectory();
  const lines = [
    { version: 0, kind: 'group-configs', entries: 2 },
    { group: 'g', name: session, value: '1' },
    { group: 'h', name: session, value: '50000' },
  ];
  writeFileSync(join(directory, GROUP_CONFIGS_FILE), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { settings, said } = await open(directory);
  expect([settings.of('g').size, settings.of('h').size]).toEqual([0, 1]);
  expect(said).toEqual(['settings of a group are not possible now, and have no effect']);
});

test('what cannot be written has changed nothing', async () => {
  const { settings, store } = await open();
  store.takeOffline(new Error('the disk has failed'));
  expect(() => settings.set('g', new Map([[session, '50000']]))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' }),
  );
  expect(settings.of('g').size).toBe(0);
});
