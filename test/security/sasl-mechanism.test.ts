import { expect, test } from 'vitest';
import {
  createSaslClient,
  createSaslServer,
  isSaslMechanism,
  saslMechanisms,
} from '#millrace/security/sasl-mechanism.js';
import { exchange, saslRig } from './sasl-rig.ts';

test('each mechanism has both sides, and they understand each other', async () => {
  const rig = await saslRig();
  expect(saslMechanisms).toEqual(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']);
  for (const mechanism of saslMechanisms) {
    const server = createSaslServer(mechanism, rig);
    const client = createSaslClient(mechanism, { user: 'bob', password: 'builder' }, rig);
    expect([server.mechanism, client.mechanism]).toEqual([mechanism, mechanism]);
    await exchange(client, server);
    expect(server.principal).toBe('User:bob');
    expect(client.isComplete).toBe(true);

    const wrong = createSaslClient(mechanism, { user: 'bob', password: 'wrong' });
    await expect(exchange(wrong, createSaslServer(mechanism, rig))).rejects.toThrow('is wrong');
    expect(wrong.isComplete).toBe(false);
  }
});

test('another mechanism is not supported, and the error says which are', async () => {
  const rig = await saslRig();
  for (const mechanism of ['GSSAPI', 'plain', '', 'SCRAM-SHA-1', 'x'.repeat(9999)]) {
    expect(isSaslMechanism(mechanism)).toBe(false);
    const error = expect.objectContaining({
      code: 'ERR_MILLRACE_UNSUPPORTED',
      message: expect.stringMatching(/^.{0,150}expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512$/),
    });
    expect(() => createSaslServer(mechanism, rig)).toThrow(error);
    expect(() => createSaslClient(mechanism, { user: 'a', password: 'b' })).toThrow(error);
  }
});
