import { pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Derivation, PasswordDerivation } from '#millrace/security/password-derivation.js';

const work: Derivation = {
  digest: 'sha256',
  password: 'pencil',
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  iterations: 4096,
  size: 32,
};

test('a password is derived as PBKDF2 does it', async () => {
  const derivation = new PasswordDerivation();
  // The first vector of RFC 7914, section 11, with its first 32 bytes.
  const known = await derivation.derive({
    digest: 'sha256',
    password: 'passwd',
    salt: Buffer.from('salt'),
    iterations: 1,
    size: 32,
  });
  expect(known.toString('hex')).toBe('55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc');
  expect(await derivation.derive(work)).toEqual(pbkdf2Sync('pencil', work.salt, 4096, 32, 'sha256'));
});

test('few run at once, the others wait their turn, and those beyond are refused', async () => {
  const derivation = new PasswordDerivation({ atOnce: 1, waitingMax: 2 });
  const order: number[] = [];
  const runs = [1, 2, 3].map(async (number) => {
    await derivation.derive({ ...work, iterations: 4096 + number });
    order.push(number);
  });
  await expect(derivation.derive(work)).rejects.toMatchObject({
    code: 'ERR_MILLRACE_QUEUE_FULL',
    message: '2 log-ins wait for their turn already',
  });
  await Promise.all(runs);
  expect(order).toEqual([1, 2, 3]);
  await derivation.derive(work);
});

test('one that fails gives its turn on', async () => {
  const derivation = new PasswordDerivation({ atOnce: 1 });
  const failing = derivation.derive({ ...work, digest: 'no such digest' as 'sha256' });
  const next = derivation.derive(work);
  await expect(failing).rejects.toThrow(/digest/i);
  expect(await next).toHaveLength(32);
  expect(await derivation.derive(work)).toHaveLength(32);
});
