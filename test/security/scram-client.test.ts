import { expect, test } from 'vitest';
import { ScramClient } from '#millrace/security/scram-client.js';
import { scramVectors } from './scram-vectors.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const refused = (found: string): unknown =>
  expect.objectContaining({ code: 'ERR_MILLRACE_AUTHENTICATION', message: expect.stringContaining(found) });

const [sha256] = scramVectors;

function vectorClient({ mechanism, clientNonce } = sha256): ScramClient {
  return new ScramClient(mechanism, { user: 'user', password: 'pencil' }, { nonce: () => clientNonce });
}

test.each(scramVectors)('$mechanism: the exchange of the vector', async (vector) => {
  const client = vectorClient(vector);
  expect(Buffer.from(client.start()).toString()).toBe(vector.clientFirst);
  expect(Buffer.from((await client.respond(bytes(vector.serverFirst)))!).toString()).toBe(vector.clientFinal);
  expect(client.isComplete).toBe(false);
  expect(await client.respond(bytes(vector.serverFinal))).toBeNull();
  expect(client.isComplete).toBe(true);
  await expect(client.respond(bytes(''))).rejects.toThrow(refused('the server speaks where nothing is asked'));
  expect(client.isComplete).toBe(false);
});

test.each([
  ['a nonce of its own', sha256.serverFirst.replace('r=rOpr', 'r=rOps'), 'does not continue that of the client'],
  ['no nonce of its own', 'r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096', 'does not continue that of the client'],
  ['too few iterations', sha256.serverFirst.replace('i=4096', 'i=4095'), 'asks for 4095 iterations'],
  [
    'more iterations than anybody needs',
    sha256.serverFirst.replace('i=4096', 'i=2000000000'),
    'expected 4096 to 1000000',
  ],
  ['garbage', 'e=other-error', 'the attribute'],
  ['nothing to say', '', 'the attribute'],
])('a server with %s is refused', async (_what, text, found) => {
  const client = vectorClient();
  client.start();
  await expect(client.respond(bytes(text))).rejects.toThrow(refused(found));
  await expect(client.respond(bytes(sha256.serverFirst))).rejects.toThrow(refused('nothing is asked'));
});

test.each([
  ['another signature', sha256.serverFinal.replace('v=6', 'v=7'), 'the server does not know the password'],
  ['a short signature', 'v=AAAA', 'the server does not know the password'],
  ['an error', 'e=invalid-proof', 'the server says invalid-proof'],
  ['garbage', 'ok', 'the attribute v is missing'],
])('a server that ends with %s is refused', async (_what, text, found) => {
  const client = vectorClient();
  client.start();
  await client.respond(bytes(sha256.serverFirst));
  await expect(client.respond(bytes(text))).rejects.toThrow(refused(found));
  expect(client.isComplete).toBe(false);
});

test('what it cannot say is refused when it is made', () => {
  for (const { user, password } of [
    { user: '', password: 'x' },
    { user: 'x', password: '' },
    { user: 'a\0b', password: 'x' },
  ]) {
    expect(() => new ScramClient('SCRAM-SHA-256', { user, password })).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
    );
  }
});
