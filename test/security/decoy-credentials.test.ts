import { expect, test } from 'vitest';
import type { CredentialEntry } from '#millrace/security/credential-file.js';
import { commonShape, decoyCredential } from '#millrace/security/decoy-credentials.js';
import type { ScramMechanism } from '#millrace/security/scram-hash.js';

const secret = Buffer.alloc(32, 9);
const shape = { mechanism: 'SCRAM-SHA-256', iterations: 4096, saltSize: 24 } as const;

function entry(mechanism: ScramMechanism, iterations: number, salt: Uint8Array): CredentialEntry {
  const key = Buffer.alloc(mechanism === 'SCRAM-SHA-256' ? 32 : 64);
  return { user: 'x', mechanism, credential: { salt, iterations, storedKey: key, serverKey: key } };
}

test('a decoy is the same each time, and another for another user, secret, mechanism and purpose', () => {
  const decoy = decoyCredential(secret, 'nobody', shape);
  expect(decoyCredential(secret, 'nobody', shape)).toEqual(decoy);
  const others = [
    decoyCredential(secret, 'nobody2', shape),
    decoyCredential(Buffer.alloc(32, 8), 'nobody', shape),
    decoyCredential(secret, 'nobody', { ...shape, mechanism: 'SCRAM-SHA-512' }),
  ];
  const parts = [decoy, ...others].flatMap(({ salt, storedKey, serverKey }) =>
    [salt, storedKey, serverKey].map((bytes) => Buffer.from(bytes).toString('hex').slice(0, 32)),
  );
  expect(new Set(parts).size).toBe(12);
});

test('it has the shape that it is asked for', () => {
  const { salt, iterations, storedKey, serverKey } = decoyCredential(secret, 'x', {
    mechanism: 'SCRAM-SHA-512',
    iterations: 9999,
    saltSize: 100,
  });
  expect([salt.length, iterations, storedKey.length, serverKey.length]).toEqual([100, 9999, 64, 64]);
  for (let user = 0; user < 200; user++) {
    const text = Buffer.from(decoyCredential(secret, `u${user}`, { ...shape, saltSize: null }).salt).toString('latin1');
    // 130 bits in base 36.
    expect(text).toMatch(/^(?:1[0-9a-z]{25}|[0-9a-z]{20,25})$/);
  }
});

test('the common shape is that of most, of the mechanism that is asked for', () => {
  expect(commonShape([])).toEqual(shape);
  expect(commonShape([], 'SCRAM-SHA-512')).toEqual({ ...shape, mechanism: 'SCRAM-SHA-512' });
  const java = Buffer.from('1q2w3e4r5t6y7u8i9o0pasdfgh');
  const entries = [
    entry('SCRAM-SHA-256', 4096, Buffer.alloc(24)),
    entry('SCRAM-SHA-512', 8192, java),
    entry('SCRAM-SHA-512', 8192, Buffer.from('0a1b2c3d4e5f6g7h8i9j0k')),
    entry('SCRAM-SHA-512', 4096, java),
  ];
  expect(commonShape(entries)).toEqual({ mechanism: 'SCRAM-SHA-512', iterations: 8192, saltSize: null });
  expect(commonShape(entries, 'SCRAM-SHA-256')).toEqual(shape);
});
