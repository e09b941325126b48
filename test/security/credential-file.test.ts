import { expect, test } from 'vitest';
import {
  type CredentialEntry,
  credentialKey,
  CREDENTIALS_FILE,
  readCredentialFile,
  writeCredentialFile,
} from '#millrace/security/credential-file.js';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DIRECTORY, memoryDirectory } from './sasl-rig.ts';

const secret = Buffer.alloc(32, 7);
const alice: CredentialEntry = {
  user: 'alice',
  mechanism: 'SCRAM-SHA-256',
  credential: {
    iterations: 4096,
    salt: Buffer.from('salt'),
    storedKey: Buffer.alloc(32, 1),
    serverKey: Buffer.alloc(32, 2),
  },
};
const bob: CredentialEntry = {
  user: 'Böb,=',
  mechanism: 'SCRAM-SHA-512',
  credential: {
    iterations: 100_000,
    salt: Buffer.alloc(100, 3),
    storedKey: Buffer.alloc(64, 4),
    serverKey: Buffer.alloc(64, 5),
  },
};

const PATH = `${DIRECTORY}/${CREDENTIALS_FILE}`;

function text(system: MemoryFileSystem): string {
  const file = system.open(PATH, 'r');
  const bytes = Buffer.alloc(file.size());
  file.read(bytes, 0, bytes.length, 0);
  file.close();
  return bytes.toString('utf8');
}

function withText(content: string): MemoryFileSystem {
  const system = memoryDirectory();
  const bytes = Buffer.from(content);
  const file = system.open(PATH, 'w+');
  file.write(bytes, 0, bytes.length, 0);
  file.close();
  return system;
}

test('what was written is read', () => {
  const system = memoryDirectory();
  expect(readCredentialFile(system, DIRECTORY)).toBeNull();
  for (const entries of [[alice, bob], [bob], []]) {
    writeCredentialFile(system, DIRECTORY, { secret, entries });
    expect(readCredentialFile(system, DIRECTORY)).toEqual({ secret, entries });
  }
});

test('the format', () => {
  const system = memoryDirectory();
  writeCredentialFile(system, DIRECTORY, { secret, entries: [alice] });
  expect(text(system)).toBe(
    [
      `{"version":0,"kind":"credentials","entries":1,"secret":"${secret.toString('base64')}"}`,
      `{"user":"alice","mechanism":"SCRAM-SHA-256","iterations":4096,"salt":"c2FsdA==","storedKey":"${Buffer.alloc(32, 1).toString('base64')}","serverKey":"${Buffer.alloc(32, 2).toString('base64')}"}`,
      '',
    ].join('\n'),
  );
});

test.each([
  ['no secret', /,"secret":"[^"]*"/, '', 1, 'has no secret of 32 bytes'],
  ['a short secret', /"secret":"[^"]*"/, '"secret":"AAAA"', 1, 'has no secret of 32 bytes'],
  ['no user', /"user":"alice"/, '"user":1', 2, 'it has no user'],
  ['an empty user', /"user":"alice"/, '"user":""', 2, 'the user name is empty'],
  ['another mechanism', 'SHA-256', 'MD5', 2, 'its mechanism is not known'],
  ['too few iterations', '4096', '4095', 2, 'its iterations are none'],
  ['half an iteration', '4096', '4096.5', 2, 'its iterations are none'],
  ['no salt', /"salt":"[^"]*",/, '', 2, 'it has no salt'],
  ['an empty salt', /"salt":"[^"]*"/, '"salt":""', 2, 'its salt has 0 bytes'],
  ['a salt that is no base64', 'c2FsdA==', 'c2FsdA', 2, 'the salt is no base64'],
  ['a key of another size', /"storedKey":"[^"]*"/, '"storedKey":"AAAA"', 2, 'its storedKey has 3 bytes'],
  ['no server key', 'serverKey', 'serverkey', 2, 'it has no serverKey'],
])('%s is damage, with its line and without a key', (_what, from, to, line, found) => {
  const system = memoryDirectory();
  writeCredentialFile(system, DIRECTORY, { secret, entries: [alice] });
  const damaged = text(system).replace(from, to);
  expect(damaged).not.toBe(text(system));
  expect(() => readCredentialFile(withText(damaged), DIRECTORY)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_CORRUPT',
      path: PATH,
      message: expect.stringMatching(
        new RegExp(`^${PATH} line ${line} .*${found}; restore it, or remove it and set the passwords again$`),
      ),
    }),
  );
});

test('a user has one credential of a mechanism', () => {
  expect(credentialKey('a', 'SCRAM-SHA-256')).not.toBe(credentialKey('a', 'SCRAM-SHA-512'));
  const system = memoryDirectory();
  writeCredentialFile(system, DIRECTORY, { secret, entries: [alice, alice] });
  expect(() => readCredentialFile(system, DIRECTORY)).toThrow('line 3 is an entry that was there before');
});
