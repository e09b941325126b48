import { expect, test } from 'vitest';
import { SaslAuthentication } from '#millrace/broker/sasl-authentication.js';
import { Credentials } from '#millrace/security/credentials.js';
import { PasswordDerivation } from '#millrace/security/password-derivation.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

async function begun(signal = new AbortController().signal, lifetimeMs = 0) {
  const more = lifetimeMs > 0 ? ['SCRAM-SHA-256'] : [];
  const system = new MemoryFileSystem();
  system.makeDirectory('/data');
  const derivation = new PasswordDerivation();
  const credentials = Credentials.load(system, '/data', { derivation });
  await credentials.put('alice', 'secret');
  const clock = new FakeClock(0);
  const principals: string[] = [];
  const settings = {
    credentials,
    derivation,
    clock,
    mechanisms: ['PLAIN', ...more],
    failureDelayMs: 100,
    lifetimeMs: () => lifetimeMs,
    maxFrameSize: 1000,
  };
  const onDone = (principal: string): void => void principals.push(principal);
  return {
    sasl: new SaslAuthentication(settings, onDone, signal),
    clock,
    principals,
    addUser: (user: string) => credentials.put(user, 'secret'),
  };
}

test('a mechanism, a token, a principal', async () => {
  const { sasl, principals } = await begun();
  expect(sasl.begin('PLAIN', true)).toBe(true);
  expect(sasl.expectsBareToken).toBe(true);
  expect(await sasl.respond(Buffer.from('\0alice\0secret'))).toHaveLength(0);
  expect(sasl).toMatchObject({ isDone: true, expectsBareToken: false });
  expect(principals).toEqual(['User:alice']);
});

test('a wrong password is told when its time has come, and ends the log-in', async () => {
  const { sasl, clock, principals } = await begun();
  sasl.begin('PLAIN', false);
  let told = '';
  const answer = sasl.respond(Buffer.from('\0alice\0guess')).catch((error: Error) => (told = error.message));
  // The password is derived on another thread first.
  await expect.poll(() => clock.scheduled).toBe(1);
  clock.advance(99);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBe('');
  clock.advance(1);
  await answer;
  expect(told).toMatch(/the user or the password is wrong/);
  expect(sasl.isDone).toBe(false);
  await expect(sasl.respond(Buffer.from('\0alice\0secret'))).rejects.toThrow(/wrong time/);
  expect(principals).toEqual([]);
});

const token = (user: string): Buffer => Buffer.from(`\0${user}\0secret`);

test('a log-in that is good for a time can be repeated, by whom it was', async () => {
  const { sasl, clock, principals, addUser } = await begun(new AbortController().signal, 5_000);
  await addUser('bob');
  sasl.begin('PLAIN', false);
  expect(sasl).toMatchObject({ lifetimeMs: 0, mayBegin: false, isExpired: false });
  await sasl.respond(token('alice'));
  expect(sasl).toMatchObject({ lifetimeMs: 5_000, mayBegin: true, isExpired: false });
  clock.advance(5_000);
  expect(sasl.isExpired).toBe(false);
  clock.advance(1);
  expect(sasl.isExpired).toBe(true);
  expect(sasl.begin('PLAIN', false)).toBe(true);
  expect(sasl).toMatchObject({ isDone: false, isExpired: false, mayBegin: false });
  await sasl.respond(token('alice'));
  expect(sasl).toMatchObject({ isDone: true, isExpired: false });
  // Once a second.
  expect(sasl.mayBegin).toBe(false);
  expect(() => sasl.begin('PLAIN', false)).toThrow(/wrong time/);
  clock.advance(1_000);
  sasl.begin('PLAIN', false);
  const other = expect(sasl.respond(token('bob'))).rejects.toThrow(
    'Cannot change principals during re-authentication from User:alice to User:bob',
  );
  await expect.poll(() => clock.scheduled).toBe(1);
  clock.advance(100);
  await other;
  expect(principals).toEqual(['User:alice', 'User:alice']);
  expect(sasl).toMatchObject({ isDone: false, mayBegin: false });
});

test('another mechanism is refused with the first token', async () => {
  const { sasl, clock } = await begun(new AbortController().signal, 5_000);
  sasl.begin('PLAIN', false);
  await sasl.respond(token('alice'));
  expect(sasl.begin('SCRAM-SHA-256', false)).toBe(true);
  const refused = expect(sasl.respond(token('alice'))).rejects.toThrow(
    "SASL mechanism 'SCRAM-SHA-256' requested by client is not supported for re-authentication of mechanism 'PLAIN'",
  );
  clock.advance(100);
  await refused;
});

test('one that is good for ever is not repeated', async () => {
  const { sasl, clock } = await begun();
  sasl.begin('PLAIN', false);
  await sasl.respond(token('alice'));
  clock.advance(1e12);
  expect(sasl).toMatchObject({ lifetimeMs: 0, mayBegin: false, isExpired: false });
});

test('a refusal waits for nobody who is gone, nor for the time of a broker that is closed', async () => {
  const gone = new AbortController();
  const { sasl } = await begun(gone.signal);
  sasl.begin('PLAIN', false);
  const refused = expect(sasl.respond(Buffer.from('\0alice\0wrong'))).rejects.toMatchObject({
    code: 'ERR_MILLRACE_AUTHENTICATION',
  });
  gone.abort();
  await refused;
  expect(sasl.isDone).toBe(false);
});

test('what is not offered fails, and what comes at the wrong time is no request', async () => {
  const { sasl } = await begun();
  await expect(sasl.respond(Buffer.alloc(1))).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT' });
  expect(sasl.begin('SCRAM-SHA-256', false)).toBe(false);
  expect(() => sasl.begin('PLAIN', false)).toThrow(/wrong time/);
});
