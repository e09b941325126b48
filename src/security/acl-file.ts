/**
 * The file `millrace-acls.jsonl` of a data directory: the rules of access, with the names that Kafka's tools use. Kafka keeps them in its controller, and
 * ignores the file.
 *
 *     {"version":0,"kind":"acls","entries":1}
 *     {"resourceType":"TOPIC","resourceName":"orders","patternType":"LITERAL","principal":"User:alice","host":"*","operation":"READ","permission":"ALLOW"}
 */
import { join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';
import { type AclBinding, AclPermission, bindingKey, checkBinding } from './acl-binding.ts';
import { AclOperation } from './acl-operation.ts';
import { type EntryFile, readEntryFile, writeEntryFile } from './entry-file.ts';
import { codeOfName, nameOfCode, PatternType, ResourceType } from './resource.ts';

export const ACLS_FILE = 'millrace-acls.jsonl';

/** Null where there is no file. */
export function readAclFile(system: FileSystem, directory: string): readonly AclBinding[] | null {
  return readEntryFile(system, fileIn(directory))?.entries ?? null;
}

export function writeAclFile(system: FileSystem, directory: string, bindings: Iterable<AclBinding>): void {
  const lines = Array.from(bindings, (binding) => ({
    resourceType: nameOfCode(ResourceType, binding.resourceType),
    resourceName: binding.resourceName,
    patternType: nameOfCode(PatternType, binding.patternType),
    principal: binding.principal,
    host: binding.host,
    operation: nameOfCode(AclOperation, binding.operation),
    permission: nameOfCode(AclPermission, binding.permission),
  }));
  writeEntryFile(system, fileIn(directory), {}, lines);
}

function fileIn(directory: string): EntryFile<AclBinding> {
  return {
    path: join(directory, ACLS_FILE),
    kind: 'acls',
    decode,
    keyOf: bindingKey,
    remedy: 'restore it, or remove it and make the rules again',
  };
}

function decode(value: object): AclBinding {
  const { resourceType, resourceName, patternType, principal, host, operation, permission } = value as Record<
    string,
    unknown
  >;
  const binding = {
    resourceType: codeOfName(ResourceType, resourceType) ?? ResourceType.UNKNOWN,
    resourceName: resourceName as string,
    patternType: codeOfName(PatternType, patternType) ?? PatternType.UNKNOWN,
    principal: principal as string,
    host: host as string,
    operation: codeOfName(AclOperation, operation) ?? AclOperation.UNKNOWN,
    permission: codeOfName(AclPermission, permission) ?? AclPermission.UNKNOWN,
  };
  checkBinding(binding);
  return binding;
}
