import { pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { PasswordDerivation } from '#millrace/security/password-derivation.js';
import {
  checkIterations,
  checkSaltedPassword,
  credentialOf,
  makeCredential,
} from '#millrace/security/scram-credential.js';
import { clientKeyOf, scramHashes, scramMechanisms, serverKeyOf, storedKeyOf } from '#millrace/security/scram-hash.js';

test.each(scramMechanisms)(
  '%s: a credential is made with a salt of its own, and has no password in it',
  async (mechanism) => {
    const hash = scramHashes[mechanism];
    const derivation = new PasswordDerivation();
    const credential = await makeCredential(hash, 'pencil', 4096, derivation);
    const salted = pbkdf2Sync('pencil', credential.salt, 4096, hash.size, hash.digest);
    expect(credential).toEqual({
      salt: credential.salt,
      iterations: 4096,
      storedKey: storedKeyOf(hash, clientKeyOf(hash, salted)),
      serverKey: serverKeyOf(hash, salted),
    });
    expect(credential.salt).toHaveLength(24);
    const other = await makeCredential(hash, 'pencil', 4096, derivation);
    expect(other.salt).not.toEqual(credential.salt);
    expect(other.storedKey).not.toEqual(credential.storedKey);
  },
);

test('a salted password is enough', () => {
  const hash = scramHashes['SCRAM-SHA-512'];
  const salt = Buffer.from('abc');
  const saltedPassword = pbkdf2Sync('pencil', salt, 8192, 64, 'sha512');
  const credential = credentialOf(hash, { salt, iterations: 8192, saltedPassword });
  expect(credential.serverKey).toEqual(serverKeyOf(hash, saltedPassword));
  // The caller's bytes are a view of a request that is gone soon.
  salt.fill(0);
  expect(Buffer.from(credential.salt).toString()).toBe('abc');
});

test("Kafka's bounds of iterations", () => {
  expect([4096, 16384].map(checkIterations)).toEqual([4096, 16384]);
  for (const iterations of [4095, 16385, 4096.5, NaN, '4096', undefined]) {
    expect(() => checkIterations(iterations)).toThrow(
      expect.objectContaining({
        code: 'ERR_MILLRACE_INVALID_ARGUMENT',
        message: expect.stringContaining('4096 to 16384'),
      }),
    );
  }
});

test('what is no salted password is refused', () => {
  const hash = scramHashes['SCRAM-SHA-256'];
  const good = { salt: Buffer.alloc(16), iterations: 4096, saltedPassword: Buffer.alloc(32) };
  checkSaltedPassword(hash, good);
  const bad = [
    { ...good, iterations: 1 },
    { ...good, salt: Buffer.alloc(0) },
    { ...good, salt: Buffer.alloc(1025) },
    { ...good, saltedPassword: Buffer.alloc(64) },
  ];
  for (const each of bad)
    expect(() => checkSaltedPassword(hash, each)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
    );
});
