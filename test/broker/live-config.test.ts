import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { DYNAMIC_CONFIGS_FILE } from '#millrace/broker/config/dynamic-config-file.js';
import { LiveConfig } from '#millrace/broker/live-config.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { openStore } from '#millrace/store/open-store.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const set =
  (changes: Record<string, string>) =>
  (configs: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
    new Map([...configs, ...Object.entries(changes)]);

async function liveRig(config = {}) {
  const directory = temporaryDirectory();
  const store = await openStore(directory);
  await store.createTopic('t');
  const live = new LiveConfig(checkBrokerConfig(config), [], {});
  live.attach(store);
  return { directory, store, live, retention: () => store.topicConfig('t')['retention.ms'] };
}

test('default, start, all brokers, this broker: each is stronger than the one before', async () => {
  const { live, store, retention } = await liveRig({ 'log.retention.hours': 1 });
  const value = () => [live.effective.config['log.retention.ms'], retention()];
  await live.change('cluster', set({ 'log.retention.ms': '7' }), false);
  expect(value()).toEqual([7, 7]);
  await live.change('broker', set({ 'log.retention.ms': '9' }), false);
  expect(value()).toEqual([9, 9]);
  await live.change('broker', () => new Map(), false);
  expect(value()).toEqual([7, 7]);
  await live.change('cluster', () => new Map(), false);
  // Of the start, by another name of the same.
  expect(retention()).toBe(3_600_000);
  await store.close();
});

test('of a listener: the start’s for all, the start’s for it, what was changed', async () => {
  const name = 'listener.name.external.ssl.keystore.location';
  const { live, store } = await liveRig({ 'ssl.keystore.location': 'all', [name]: 'own' });
  const location = (listener: string) => live.effective.ofListener(listener)['ssl.keystore.location'];
  expect([location('EXTERNAL'), location('OTHER')]).toEqual(['own', 'all']);
  await live.change('broker', set({ [name]: 'changed' }), false);
  expect([location('EXTERNAL'), location('OTHER')]).toEqual(['changed', 'all']);
  await live.change('broker', () => new Map(), false);
  expect([location('EXTERNAL'), location('OTHER')]).toEqual(['own', 'all']);
  await store.close();
});

test('what one of those who must obey refuses changes nothing, neither does validation', async () => {
  const { live, store, retention, directory } = await liveRig();
  const before = retention();
  let obeyed = 0;
  live.add((next) => {
    if (next.config['max.connections'] === 13) throw new Error('no');
    return () => obeyed++;
  });
  await expect(
    live.change('cluster', set({ 'log.retention.ms': '7', 'max.connections': '13' }), false),
  ).rejects.toThrow('no');
  await live.change('cluster', set({ 'log.retention.ms': '7' }), true);
  expect([retention(), live.changed('cluster').size, obeyed]).toEqual([before, 0, 0]);
  expect(() => readFileSync(join(directory, DYNAMIC_CONFIGS_FILE))).toThrow('ENOENT');
  await live.change('cluster', set({ 'max.connections': '14' }), false);
  expect(obeyed).toBe(1);
  await store.close();
});

test('what a topic contradicts is refused', async () => {
  const { live, store } = await liveRig();
  await store.alterTopic('t', { 'max.compaction.lag.ms': 5 });
  const change = live.change('broker', set({ 'log.cleaner.min.compaction.lag.ms': '6' }), false);
  await expect(change).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
  expect(store.topicConfig('t')['min.compaction.lag.ms']).toBe(0);
  await store.close();
});

test('changes that come at once are made one after another', async () => {
  const { live, store } = await liveRig();
  await Promise.all([
    live.change('broker', set({ 'max.connections': '5' }), false),
    live.change('broker', set({ 'max.connections.per.ip': '4' }), false),
  ]);
  expect([...live.changed('broker')]).toEqual([
    ['max.connections', '5'],
    ['max.connections.per.ip', '4'],
  ]);
  await store.close();
});

test('a disk that fails while the change is written leaves all as it was', async () => {
  const system = new MemoryFileSystem();
  const store = await openStore('/data', { fileSystem: system });
  await store.createTopic('t');
  const live = new LiveConfig(checkBrokerConfig({}), [], {});
  live.attach(store);
  const before = store.topicConfig('t')['retention.ms'];
  const fails = { code: 'ENOSPC' };
  const real = store.writing.bind(store);
  store.writing = () => {
    throw Object.assign(new Error('full'), fails);
  };
  await expect(live.change('broker', set({ 'log.retention.ms': '7' }), false)).rejects.toThrow('full');
  expect([store.topicConfig('t')['retention.ms'], live.changed('broker').size]).toEqual([before, 0]);
  store.writing = real;
  await live.change('broker', set({ 'log.retention.ms': '7' }), false);
  expect(store.topicConfig('t')['retention.ms']).toBe(7);
  await store.close();
});

test('what was kept and is no setting now is told and has no effect', () => {
  const told: unknown[] = [];
  const entries = [
    { scope: 'broker', name: 'max.connections', value: '5' },
    { scope: 'broker', name: 'max.connections.per.ip', value: 'many' },
    { scope: 'broker', name: 'num.partitions', value: '5' },
    { scope: 'cluster', name: 'listener.name.ssl.ssl.keystore.location', value: 'x' },
  ] as const;
  const live = new LiveConfig(checkBrokerConfig({}), entries, { error: (details: object) => told.push(details) });
  expect([...live.changed('broker').keys(), ...live.changed('cluster').keys()]).toEqual(['max.connections']);
  expect(live.effective.config['max.connections']).toBe(5);
  expect(told).toMatchObject([
    { setting: 'max.connections.per.ip' },
    { setting: 'num.partitions' },
    { setting: 'listener.name.ssl.ssl.keystore.location' },
  ]);
});
