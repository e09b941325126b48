/**
 * The rules of access of a data directory: made, shown, deleted as the wire's CreateAcls, DescribeAcls and DeleteAcls ask for, and told to the
 * index that an `Authorizer` asks. Changes are on stable storage before they hold, and who may change them is as with `credentials.ts`.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { ACLS_MAX } from '../limits.ts';
import { type AclBinding, bindingKey, checkBinding } from './acl-binding.ts';
import { readAclFile, writeAclFile } from './acl-file.ts';
import { type AclFilter, checkFilter, matchesFilter } from './acl-filter.ts';
import { AclIndex } from './acl-index.ts';

/** Of one rule, in the order of the request. */
export interface AclCreateResult {
  /** False: it was there already, which is no error, or `error` says why not. */
  readonly isNew: boolean;
  /** ERR_MILLRACE_INVALID_ARGUMENT (Kafka: INVALID_REQUEST) or ERR_MILLRACE_TOO_LARGE. */
  readonly error: MillraceError | null;
}

/** Of one filter, in the order of the request. A rule that several filters find stands in the result of each. */
export interface AclDeleteResult {
  readonly deleted: readonly AclBinding[];
  readonly error: MillraceError | null;
}

export class Acls {
  readonly #system: FileSystem;
  readonly #directory: string;
  readonly #countMax: number;
  #bindings: ReadonlyMap<string, AclBinding>;
  /** For `Authorizer`: always what the file says. */
  readonly index = new AclIndex();

  private constructor(system: FileSystem, directory: string, countMax: number) {
    this.#system = system;
    this.#directory = directory;
    this.#countMax = countMax;
    const bindings = readAclFile(system, directory) ?? [];
    this.#bindings = new Map(bindings.map((binding) => [bindingKey(binding), binding]));
    for (const binding of bindings) this.index.add(binding);
  }

  /** Those of a data directory; none where there is no file. ERR_MILLRACE_CORRUPT, with path and line, where it cannot be read. */
  static load(system: FileSystem, directory: string, countMax = ACLS_MAX): Acls {
    return new Acls(system, directory, countMax);
  }

  get count(): number {
    return this.#bindings.size;
  }

  /** Makes all that can be made, at once. Throws, and nothing is made, when they cannot be written down. */
  create(bindings: readonly AclBinding[]): AclCreateResult[] {
    const next = new Map(this.#bindings);
    const made: AclBinding[] = [];
    const results = bindings.map((binding): AclCreateResult => {
      const error = flawOf(() => checkBinding(binding));
      if (error !== null) return { isNew: false, error };
      const key = bindingKey(binding);
      if (next.has(key)) return { isNew: false, error: null };
      if (next.size >= this.#countMax) {
        const found = `there are ${this.#countMax} ACLs, which is the most`;
        return { isNew: false, error: new MillraceError('ERR_MILLRACE_TOO_LARGE', found) };
      }
      // What the caller does with its object later is no concern of the rules.
      const kept = Object.freeze({ ...binding });
      next.set(key, kept);
      made.push(kept);
      return { isNew: true, error: null };
    });
    if (made.length > 0) {
      this.#write(next);
      for (const binding of made) this.index.add(binding);
    }
    return results;
  }

  /** Deletes what the filters find, at once. Throws, and nothing is deleted, when that cannot be written down. */
  delete(filters: readonly AclFilter[]): AclDeleteResult[] {
    const gone = new Set<AclBinding>();
    const results = filters.map((filter): AclDeleteResult => {
      const error = flawOf(() => checkFilter(filter));
      if (error !== null) return { deleted: [], error };
      const deleted = this.#find(filter);
      for (const binding of deleted) gone.add(binding);
      return { deleted, error: null };
    });
    if (gone.size > 0) {
      this.#write(new Map([...this.#bindings].filter(([, binding]) => !gone.has(binding))));
      this.index.remove(gone);
    }
    return results;
  }

  /** ERR_MILLRACE_INVALID_ARGUMENT (Kafka: INVALID_REQUEST) for a filter of no known kind. */
  list(filter: AclFilter): AclBinding[] {
    checkFilter(filter);
    return this.#find(filter);
  }

  #find(filter: AclFilter): AclBinding[] {
    return [...this.#bindings.values()].filter((binding) => matchesFilter(filter, binding));
  }

  #write(bindings: ReadonlyMap<string, AclBinding>): void {
    writeAclFile(this.#system, this.#directory, bindings.values());
    this.#bindings = bindings;
  }
}

/** The error of a check that says what is wrong with what was asked for. */
function flawOf(check: () => void): MillraceError | null {
  try {
    check();
    return null;
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT')) return error;
    throw error;
  }
}
