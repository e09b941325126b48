import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { BrokerClient } from '../../broker/broker-client.ts';
import { logIn } from '../../broker/secure-fixture.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('a user that is added logs in to the broker of the directory; while it runs, the command says who holds it', async () => {
  const data = temporaryDirectory();
  await cli(['user', 'add', 'alice', '--data', data], 'secret\n');
  await using broker = await startBroker({ data, config: { listeners: 'SASL_PLAINTEXT://127.0.0.1:0' } });
  const client = await BrokerClient.connect(broker);
  expect(await logIn(client, 'alice', { password: 'secret' })).toBe(0);
  client.close();
  const held = await cli(['user', 'delete', 'alice', '--data', data]);
  expect(held.status).toBe(1);
  expect(held.stderr).toMatch(/LOCKED/);
});

test('by itself it is wrong usage', async () => {
  expect((await cli(['user'])).status).toBe(2);
});
