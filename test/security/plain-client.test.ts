import { expect, test } from 'vitest';
import { PlainClient } from '#millrace/security/plain-client.js';
import { PlainServer } from '#millrace/security/plain-server.js';
import { exchange, saslRig } from './sasl-rig.ts';

test('it says the password, and the server takes it', async () => {
  const { credentials, derivation } = await saslRig();
  const client = new PlainClient({ user: 'alice', password: 'wonder,land=1' });
  const server = new PlainServer(credentials, derivation);
  expect(await exchange(client, server)).toEqual(['\0alice\0wonder,land=1', '']);
  expect(client.isComplete).toBe(true);
  expect(server.principal).toBe('User:alice');
});

test('a server that says something, or speaks out of turn, is refused', async () => {
  const client = new PlainClient({ user: 'alice', password: 'x' });
  const refusal = { code: 'ERR_MILLRACE_AUTHENTICATION' };
  await expect(new PlainClient({ user: 'alice', password: 'x' }).respond(Buffer.alloc(0))).rejects.toMatchObject(
    refusal,
  );
  client.start();
  await expect(client.respond(Buffer.from('more?'))).rejects.toMatchObject(refusal);
  expect(client.isComplete).toBe(false);
  await expect(client.respond(Buffer.alloc(0))).rejects.toMatchObject(refusal);
});

test('what it cannot say is refused when it is made', () => {
  expect(() => new PlainClient({ user: 'a\0b', password: 'x' })).toThrow('the user name has a NUL');
  expect(() => new PlainClient({ user: 'a', password: 'x\0' })).toThrow('the password has a NUL');
});
