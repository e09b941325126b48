import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { ACLS_FILE, readAclFile, writeAclFile } from '#millrace/security/acl-file.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { allow, deny } from './acl-rig.ts';

const system = new DiskFileSystem();

test('what was written is read', () => {
  const directory = temporaryDirectory();
  expect(readAclFile(system, directory)).toBeNull();
  const bindings = Object.values(AclOperation)
    .filter((operation) => operation > AclOperation.ANY)
    .flatMap((operation) => [
      { ...allow('ALL', 'a\n"b'), operation, host: '10.0.0.0/8' },
      { ...deny('ALL', 'ü*'), operation, resourceType: ResourceType.GROUP },
    ]);
  for (const each of [bindings, []]) {
    writeAclFile(system, directory, each);
    expect(readAclFile(system, directory)).toEqual(each);
  }
});

test('the format', () => {
  const directory = temporaryDirectory();
  writeAclFile(system, directory, [deny('ALTER_CONFIGS', 'pay*')]);
  expect(readFileSync(join(directory, ACLS_FILE), 'utf8')).toBe(
    [
      '{"version":0,"kind":"acls","entries":1}',
      '{"resourceType":"TOPIC","resourceName":"pay","patternType":"PREFIXED","principal":"User:alice","host":"*","operation":"ALTER_CONFIGS","permission":"DENY"}',
      '',
    ].join('\n'),
  );
});

test.each([
  ['an unknown type', '"TOPIC"', '"QUEUE"', 'no resource type of an ACL is UNKNOWN'],
  ['a type of filters', '"LITERAL"', '"ANY"', 'no pattern type of an ACL is ANY'],
  ['a number', '"READ"', '3', 'no operation of an ACL is UNKNOWN'],
  ['no permission', ',"permission":"ALLOW"', '', 'no permission of an ACL is UNKNOWN'],
  ['no name', '"orders"', 'null', 'the resource name of an ACL must not be empty'],
  ['no principal', 'User:alice', 'alice', 'got "alice"'],
])('%s is damage, with its line', (_what, from, to, found) => {
  const directory = temporaryDirectory();
  writeAclFile(system, directory, [allow('READ', 'pay*'), allow('READ', 'orders')]);
  const path = join(directory, ACLS_FILE);
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[2] = lines[2].replace(from, to);
  writeFileSync(path, lines.join('\n'));
  expect(() => readAclFile(system, directory)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_CORRUPT',
      path,
      message: expect.stringMatching(
        new RegExp(`line 3 is no entry: .*${found}.*; restore it, or remove it and make the rules again$`),
      ),
    }),
  );
});
