import { pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  clientKeyOf,
  clientProof,
  hmac,
  isProof,
  isScramMechanism,
  scramHashes,
  scramMechanismOf,
  scramMechanisms,
  serverKeyOf,
  storedKeyOf,
} from '#millrace/security/scram-hash.js';
import { scramVectors } from './scram-vectors.ts';

test('the mechanisms, and their codes on the wire', () => {
  expect(scramMechanisms).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-512']);
  expect([0, 1, 2, 3].map(scramMechanismOf)).toEqual([null, 'SCRAM-SHA-256', 'SCRAM-SHA-512', null]);
  expect(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'toString', '', null].map(isScramMechanism)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test.each(scramVectors)('$mechanism: proof and signature are those of the vector', (vector) => {
  const hash = scramHashes[vector.mechanism];
  const salted = pbkdf2Sync('pencil', Buffer.from(vector.salt, 'base64'), 4096, hash.size, hash.digest);
  const withoutProof = vector.clientFinal.slice(0, vector.clientFinal.lastIndexOf(',p='));
  const authMessage = `${vector.clientFirst.slice(3)},${vector.serverFirst},${withoutProof}`;
  const clientKey = clientKeyOf(hash, salted);
  const proof = clientProof(hash, clientKey, authMessage);
  expect(`${withoutProof},p=${proof.toString('base64')}`).toBe(vector.clientFinal);
  expect(`v=${hmac(hash, serverKeyOf(hash, salted), authMessage).toString('base64')}`).toBe(vector.serverFinal);

  const storedKey = storedKeyOf(hash, clientKey);
  expect(isProof(hash, storedKey, authMessage, proof)).toBe(true);
  expect(isProof(hash, storedKey, `${authMessage} `, proof)).toBe(false);
  for (const position of [0, proof.length - 1]) {
    const other = Buffer.from(proof);
    other[position] ^= 1;
    expect(isProof(hash, storedKey, authMessage, other)).toBe(false);
  }
});

test('a proof of another length is a bug of the caller', () => {
  const hash = scramHashes['SCRAM-SHA-256'];
  expect(() => isProof(hash, Buffer.alloc(32), '', Buffer.alloc(31))).toThrow('millrace bug');
});
