import { pbkdf2Sync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { CREDENTIALS_FILE } from '#millrace/security/credential-file.js';
import { Credentials } from '#millrace/security/credentials.js';
import { PlainServer } from '#millrace/security/plain-server.js';
import { PasswordDerivation } from '#millrace/security/password-derivation.js';
import { ScramClient } from '#millrace/security/scram-client.js';
import { scramMechanisms } from '#millrace/security/scram-hash.js';
import { ScramServer } from '#millrace/security/scram-server.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { DIRECTORY, exchange, memoryDirectory, saslRig } from './sasl-rig.ts';

const invalid = expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });

async function isRight(credentials: Credentials, user: string, password: string): Promise<boolean[]> {
  const tries = [
    ...scramMechanisms.map((mechanism) =>
      exchange(new ScramClient(mechanism, { user, password }), new ScramServer(mechanism, credentials)),
    ),
    new PlainServer(credentials, new PasswordDerivation()).respond(Buffer.from(`\0${user}\0${password}`)),
  ];
  return (await Promise.allSettled(tries)).map(({ status }) => status === 'fulfilled');
}

test('passwords are set, changed and taken away, for one mechanism or all', async () => {
  const system = memoryDirectory();
  const credentials = Credentials.load(system, DIRECTORY);
  expect(credentials.list()).toEqual([]);
  await credentials.put('bob', 'one');
  await credentials.put('alice', 'two', { mechanisms: ['SCRAM-SHA-512'], iterations: 8192 });
  const listed = [
    { user: 'alice', credentials: [{ mechanism: 'SCRAM-SHA-512', iterations: 8192 }] },
    { user: 'bob', credentials: scramMechanisms.map((mechanism) => ({ mechanism, iterations: 4096 })) },
  ];
  expect(credentials.list()).toEqual(listed);
  expect(await isRight(credentials, 'bob', 'one')).toEqual([true, true, true]);
  expect(await isRight(credentials, 'alice', 'two')).toEqual([false, true, true]);
  expect(await isRight(credentials, 'bob', 'two')).toEqual([false, false, false]);

  await credentials.put('bob', 'three');
  expect(await isRight(credentials, 'bob', 'one')).toEqual([false, false, false]);
  expect(await isRight(credentials, 'bob', 'three')).toEqual([true, true, true]);
  expect(credentials.remove('bob', 'SCRAM-SHA-256')).toBe(true);
  expect(await isRight(credentials, 'bob', 'three')).toEqual([false, true, true]);
  expect(credentials.remove('bob', 'SCRAM-SHA-256')).toBe(false);
  expect(credentials.remove('bob')).toBe(true);
  expect(credentials.remove('bob')).toBe(false);
  expect(credentials.list()).toEqual(listed.slice(0, 1));
  expect(Credentials.load(system, DIRECTORY).list()).toEqual(listed.slice(0, 1));
});

test('another start has the same credentials and the same decoys', async () => {
  const system = memoryDirectory();
  const before = Credentials.load(system, DIRECTORY);
  await before.put('alice', 'x');
  const after = Credentials.load(system, DIRECTORY);
  for (const mechanism of scramMechanisms) {
    expect(after.find('alice', mechanism)).toEqual(before.find('alice', mechanism));
    expect(after.find('nobody', mechanism)).toEqual(before.find('nobody', mechanism));
  }
  expect(after.find('alice', 'SCRAM-SHA-256').isKnown).toBe(true);
  expect(after.find('nobody', 'SCRAM-SHA-256').isKnown).toBe(false);
  // And another directory has others.
  const other = Credentials.load(memoryDirectory(), DIRECTORY);
  expect(other.find('nobody', 'SCRAM-SHA-256').credential.salt).not.toEqual(
    after.find('nobody', 'SCRAM-SHA-256').credential.salt,
  );
});

test('a decoy looks like most users, for SCRAM and for a plain password', async () => {
  const { credentials } = await saslRig();
  await credentials.put('one', 'x', { mechanisms: ['SCRAM-SHA-512'], iterations: 9000 });
  expect(credentials.find('nobody', 'SCRAM-SHA-512').credential.iterations).toBe(4096);
  expect(credentials.findForPassword('nobody')).toMatchObject({ mechanism: 'SCRAM-SHA-256', isKnown: false });
  expect(credentials.findForPassword('one')).toMatchObject({ mechanism: 'SCRAM-SHA-512', isKnown: true });
  for (const user of ['two', 'three'])
    await credentials.put(user, 'x', { mechanisms: ['SCRAM-SHA-512'], iterations: 9000 });
  expect(credentials.find('nobody', 'SCRAM-SHA-512').credential.iterations).toBe(9000);
  const decoy = credentials.findForPassword('nobody');
  expect(decoy).toMatchObject({ mechanism: 'SCRAM-SHA-512', credential: { iterations: 9000 } });
  expect(decoy.credential.salt).toHaveLength(24);
});

test('a salted password is as good as a password', async () => {
  const credentials = Credentials.load(memoryDirectory(), DIRECTORY);
  const salt = Buffer.from('1q2w3e4r5t6y7u8i9o0pasdfgh');
  const saltedPassword = pbkdf2Sync('pencil', salt, 4096, 32, 'sha256');
  credentials.putSalted('carol', 'SCRAM-SHA-256', { salt, iterations: 4096, saltedPassword });
  expect(await isRight(credentials, 'carol', 'pencil')).toEqual([true, false, true]);
  const good = { salt, iterations: 4096, saltedPassword };
  expect(() => credentials.putSalted('', 'SCRAM-SHA-256', good)).toThrow(invalid);
  expect(() => credentials.putSalted('x', 'SCRAM-SHA-256', { ...good, iterations: 4095 })).toThrow(invalid);
  expect(() => credentials.putSalted('x', 'SCRAM-SHA-512', good)).toThrow(invalid);
  expect(() => credentials.putSalted('x', 'SCRAM-SHA-1' as 'SCRAM-SHA-256', good)).toThrow(invalid);
  expect(credentials.list()).toHaveLength(1);
});

test('what cannot be a password is refused', async () => {
  const credentials = Credentials.load(memoryDirectory(), DIRECTORY);
  for (const [user, password, options] of [
    ['', 'x', {}],
    ['x', '', {}],
    ['a\0b', 'x', {}],
    ['x', 'x', { iterations: 1000 }],
    ['x', 'x', { mechanisms: ['PLAIN' as 'SCRAM-SHA-256'] }],
  ] as const) {
    await expect(credentials.put(user, password, options)).rejects.toThrow(invalid);
  }
  expect(credentials.list()).toEqual([]);
});

test('there is a bound', async () => {
  const credentials = Credentials.load(memoryDirectory(), DIRECTORY, { countMax: 3 });
  await credentials.put('alice', 'x');
  await expect(credentials.put('bob', 'x')).rejects.toMatchObject({ code: 'ERR_MILLRACE_TOO_LARGE' });
  await credentials.put('bob', 'x', { mechanisms: ['SCRAM-SHA-256'] });
  await credentials.put('alice', 'y');
  expect(credentials.list().map(({ user }) => user)).toEqual(['alice', 'bob']);
});

test('passwords that are set at the same time are all set', async () => {
  const system = memoryDirectory();
  const credentials = Credentials.load(system, DIRECTORY);
  const users = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(users.map((user) => credentials.put(user, user)));
  expect(credentials.list().map(({ user }) => user)).toEqual(users);
  expect(Credentials.load(system, DIRECTORY).list()).toEqual(credentials.list());
});

test('a change that cannot be written does not hold', async () => {
  const system = memoryDirectory();
  const credentials = Credentials.load(system, DIRECTORY);
  await credentials.put('alice', 'x');
  for (const failing of ['open', 'pwrite', 'fdatasync', 'rename'] as const) {
    system.fault = (operation) => (operation === failing ? 'EIO' : null);
    await expect(credentials.put('alice', 'y'), failing).rejects.toThrow(`${failing} of ${DIRECTORY}`);
    expect(() => credentials.remove('alice'), failing).toThrow(`${failing} of ${DIRECTORY}`);
    system.fault = null;
    expect(await isRight(credentials, 'alice', 'x'), failing).toEqual([true, true, true]);
  }
  expect(await isRight(Credentials.load(system, DIRECTORY), 'alice', 'x')).toEqual([true, true, true]);
});

test('a real directory: for the owner only, without the password, and damage is told', async () => {
  const directory = temporaryDirectory();
  const system = new DiskFileSystem();
  await Credentials.load(system, directory).put('alice', 'wonderland');
  const path = join(directory, CREDENTIALS_FILE);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const text = readFileSync(path, 'utf8');
  expect(text).not.toContain('wonderland');
  expect(text).not.toContain(Buffer.from('wonderland').toString('base64').slice(0, 12));
  expect(await isRight(Credentials.load(system, directory), 'alice', 'wonderland')).toEqual([true, true, true]);
  writeFileSync(path, text.replace('"iterations":4096', '"iterations":-1'));
  expect(() => Credentials.load(system, directory)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path, message: expect.stringContaining('line 2') }),
  );
});
