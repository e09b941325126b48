import { expect, test } from 'vitest';
import { SaslAuthentication } from '#millrace/broker/sasl-authentication.js';
import { Credentials } from '#millrace/security/credentials.js';
import { PasswordDerivation } from '#millrace/security/password-derivation.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

async function begun(signal = new AbortController().signal) {
  const system = new MemoryFileSystem();
  system.makeDirectory('/data');
  const derivation = new PasswordDerivation();
  const credentials = Credentials.load(system, '/data', { derivation });
  await credentials.put('alice', 'secret');
  const clock = new FakeClock(0);
  const principals: string[] = [];
  const settings = { credentials, derivation, clock, mechanisms: ['PLAIN'], failureDelayMs: 100, maxFrameSize: 1000 };
  const onDone = (principal: string): void => void principals.push(principal);
  return { sasl: new SaslAuthentication(settings, onDone, signal), clock, principals };
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
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(told).toBe('');
  clock.advance(100);
  await answer;
  expect(told).toMatch(/the user or the password is wrong/);
  expect(sasl.isDone).toBe(false);
  await expect(sasl.respond(Buffer.from('\0alice\0secret'))).rejects.toThrow(/wrong time/);
  expect(principals).toEqual([]);
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
