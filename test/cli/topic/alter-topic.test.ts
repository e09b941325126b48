import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('settings are changed and taken back, and partitions are added', async () => {
  const data = temporaryDirectory();
  const alter = ['topic', 'alter', 't', '--data', data];
  await cli(['topic', 'create', 't', '--data', data, '--config', 'retention.ms=1000', '--config', 'segment.ms=5000']);
  expect(await cli([...alter, '--config', 'retention.ms=2000', '--delete-config', 'segment.ms'])).toEqual({
    stdout: 'altered t\n',
    stderr: '',
    status: 0,
  });
  const row = JSON.parse((await cli([...alter, '--partitions', '4', '--json'])).stdout);
  expect(row).toMatchObject({ altered: 't', partitions: 4, config: { 'retention.ms': 2000 } });
});

test('nothing to alter, a setting that is none, and fewer partitions are wrong usage; an unknown topic is a failure', async () => {
  const data = temporaryDirectory();
  const alter = ['topic', 'alter', '--data', data];
  await cli(['topic', 'create', 't', '--partitions', '2', '--data', data]);
  const nothing = await cli([...alter, 't']);
  expect(nothing.status).toBe(2);
  expect(nothing.stderr).toMatch(/^millrace: nothing to alter: give --config/);
  expect((await cli([...alter, 't', '--config', 'no.such=1'])).status).toBe(2);
  expect((await cli([...alter, 't', '--delete-config', 'no.such'])).status).toBe(2);
  expect((await cli([...alter, 't', '--partitions', '1'])).status).toBe(2);
  expect((await cli([...alter, 'tt', '--partitions', '3'])).status).toBe(1);
  const { stdout } = await cli(['topic', 'list', '--json', '--data', data]);
  expect(JSON.parse(stdout)).toMatchObject({ name: 't', partitions: 2, config: {} });
});
