import { expect, test } from 'vitest';
import type { CredentialLookup } from '#millrace/security/credential-lookup.js';
import { PasswordDerivation } from '#millrace/security/password-derivation.js';
import { PlainServer } from '#millrace/security/plain-server.js';
import { saslRig } from './sasl-rig.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const refused = (found: string): unknown =>
  expect.objectContaining({ code: 'ERR_MILLRACE_AUTHENTICATION', message: expect.stringContaining(found) });

test.each([
  ['\0alice\0wonder,land=1', 'User:alice'],
  ['alice\0alice\0wonder,land=1', 'User:alice'],
  ['\0bob\0builder', 'User:bob'],
])('%j is right', async (message, principal) => {
  const { credentials, derivation } = await saslRig();
  const server = new PlainServer(credentials, derivation);
  expect(server.principal).toBeNull();
  expect(await server.respond(bytes(message))).toHaveLength(0);
  expect(server.principal).toBe(principal);
  await expect(server.respond(bytes(message))).rejects.toThrow(refused('the exchange has ended'));
});

test.each([
  ['a wrong password', '\0alice\0builder', 'the user or the password is wrong'],
  ['a password in other letters', '\0bob\0Builder', 'the user or the password is wrong'],
  ['a user that is not there', '\0nobody\0builder', 'the user or the password is wrong'],
  ['another authorization id', 'bob\0alice\0wonder,land=1', 'the authorization id is another than the user'],
  ['nothing', '', 'the message has 1 parts, expected 3'],
  ['two parts', 'alice\0builder', 'the message has 2 parts, expected 3'],
  ['four parts', '\0alice\0wonder,land=1\0', 'the message has 4 parts, expected 3'],
  ['no user', '\0\0builder', 'the user name is empty'],
  ['no password', '\0bob\0', 'the password is empty'],
  ['a password beyond its bound', `\0bob\0${'x'.repeat(1025)}`, 'the password has 1025 bytes'],
  ['a user beyond its bound', `\0${'x'.repeat(1025)}\0x`, 'the user name has 1025 bytes'],
  ['a message beyond its bound', '\0'.repeat(20_000), 'expected at most 16384'],
])('%s is refused', async (_what, message, found) => {
  const { credentials, derivation } = await saslRig();
  const server = new PlainServer(credentials, derivation);
  await expect(server.respond(bytes(message))).rejects.toThrow(refused(found));
  expect(server.principal).toBeNull();
  await expect(server.respond(bytes('\0bob\0builder'))).rejects.toThrow(refused('the exchange has ended'));
  expect(server.principal).toBeNull();
});

test('bytes that are no text are refused', async () => {
  const { credentials, derivation } = await saslRig();
  const server = new PlainServer(credentials, derivation);
  await expect(server.respond(Uint8Array.of(0, 0xff, 0, 0xff))).rejects.toThrow(refused('a message is not UTF-8'));
});

test('a user that is not there costs the same derivation as one that is', async () => {
  const { credentials } = await saslRig();
  const asked: object[] = [];
  class Watched extends PasswordDerivation {
    override derive(derivation: Parameters<PasswordDerivation['derive']>[0]): Promise<Buffer> {
      const { digest, iterations, size, salt } = derivation;
      asked.push({ digest, iterations, size, saltSize: salt.length });
      return super.derive(derivation);
    }
  }
  for (const user of ['alice', 'nobody']) {
    const server = new PlainServer(credentials, new Watched());
    await expect(server.respond(bytes(`\0${user}\0wrong`))).rejects.toThrow('is wrong');
  }
  expect(asked).toEqual([asked[0], asked[0]]);
});

test('a decoy lets nobody in, even one whose password fits', async () => {
  const { credentials, derivation } = await saslRig();
  const lookup: CredentialLookup = {
    find: (user, mechanism) => credentials.find(user, mechanism),
    findForPassword: (user) => ({ ...credentials.findForPassword(user), isKnown: false }),
  };
  const server = new PlainServer(lookup, derivation);
  await expect(server.respond(bytes('\0bob\0builder'))).rejects.toThrow(refused('the user or the password is wrong'));
  expect(server.principal).toBeNull();
});

test('a user with a credential of either mechanism can log in', async () => {
  const { credentials, derivation } = await saslRig();
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    await credentials.put(mechanism, 'x', { mechanisms: [mechanism], iterations: 5000 });
    const server = new PlainServer(credentials, derivation);
    await server.respond(bytes(`\0${mechanism}\0x`));
    expect(server.principal).toBe(`User:${mechanism}`);
  }
});

test('when too many log in at once, that is what is said', async () => {
  const { credentials } = await saslRig();
  const derivation = new PasswordDerivation({ atOnce: 1, waitingMax: 0 });
  const [first, second] = [new PlainServer(credentials, derivation), new PlainServer(credentials, derivation)];
  const done = first.respond(bytes('\0bob\0builder'));
  await expect(second.respond(bytes('\0bob\0builder'))).rejects.toMatchObject({ code: 'ERR_MILLRACE_QUEUE_FULL' });
  await done;
  expect([first.principal, second.principal]).toEqual(['User:bob', null]);
});
