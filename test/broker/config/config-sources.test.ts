import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectConfig } from '#millrace/broker/config/config-sources.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

function fileOf(text: string): string {
  const file = join(temporaryDirectory(), 'server.properties');
  writeFileSync(file, text);
  return file;
}

test('the command line is stronger than the environment, and that than the file', () => {
  const file = fileOf('num.partitions=1\nfetch.max.bytes=2000\nlog.dirs : /d\n');
  const environment = { MILLRACE_NUM_PARTITIONS: '2', MILLRACE_FETCH_MAX_BYTES: '3000', PATH: '/bin' };
  const overrides: [string, string][] = [['num.partitions', '3']];
  expect(collectConfig({ file })).toEqual({ 'num.partitions': '1', 'fetch.max.bytes': '2000', 'log.dirs': '/d' });
  expect(collectConfig({ file, environment })).toMatchObject({ 'num.partitions': '2', 'log.dirs': '/d' });
  expect(collectConfig({ file, environment, overrides })).toEqual({
    'num.partitions': '3',
    'fetch.max.bytes': '3000',
    'log.dirs': '/d',
  });
});

test('settings of our own have their prefix in a variable once', () => {
  const environment = { MILLRACE_ALLOW_INSECURE_LISTENERS: 'true', MILLRACE_REPLICATION_FACTOR_MAX: '5' };
  expect(collectConfig({ environment })).toEqual({
    'millrace.allow.insecure.listeners': 'true',
    'millrace.replication.factor.max': '5',
  });
});

test('settings of one listener, from everywhere', () => {
  const file = fileOf('listener.name.external.ssl.client.auth=required\n');
  const environment = { MILLRACE_LISTENER_NAME_SASL_SSL_SASL_ENABLED_MECHANISMS: 'PLAIN' };
  const overrides: [string, string][] = [['listener.name.external.ssl.keystore.location', '/a']];
  expect(collectConfig({ file, environment, overrides })).toEqual({
    'listener.name.external.ssl.client.auth': 'required',
    'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.external.ssl.keystore.location': '/a',
  });
});

test('a name that is none is left out, and said with the nearest', () => {
  const warned: [object, string][] = [];
  const logger = { warn: (details: object, message: string) => warned.push([details, message]) };
  const file = fileOf('num.partition=4\nzookeeper.connect=localhost\n');
  const environment = { MILLRACE_NUM_PARTITIONSS: '1', MILLRACE_SEED: '7', MILLRACE_COPY: '1' };
  expect(collectConfig({ file, environment, overrides: [['listener', 'x']], logger })).toEqual({});
  expect(warned).toEqual([
    [{ source: file }, 'num.partition is no setting of a broker, did you mean "num.partitions"?'],
    [{ source: file }, 'zookeeper.connect is no setting of a broker'],
    [{ source: 'environment' }, 'MILLRACE_NUM_PARTITIONSS is no setting of a broker, did you mean "num.partitions"?'],
    [{ source: 'command line' }, 'listener is no setting of a broker, did you mean "listeners"?'],
  ]);
});

test('a file that is not there', () => {
  expect(() => collectConfig({ file: '/no/such' })).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_IO', message: 'cannot read the settings in /no/such: ENOENT' }),
  );
});
