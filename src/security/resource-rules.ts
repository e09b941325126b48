/**
 * The rules that one principal has for the resources of one type: found by name, by each beginning of it that has a rule, and for all.
 *
 * A question costs a look-up for the name, one for each length that a prefix with rules has (up to the name's own), and none for the number of rules.
 */
import type { AclBinding } from './acl-binding.ts';
import { PatternType, WILDCARD } from './resource.ts';
import { type Rights, RuleSet } from './rule-set.ts';

export class ResourceRules {
  readonly literal = new Map<string, RuleSet>();
  readonly prefixed = new Map<string, RuleSet>();
  /** Those for resources of any name; also in `literal`. */
  wildcard: RuleSet | null = null;
  /** Lengths of the prefixes, each once, from the shortest on; and how many prefixes have each. */
  #lengths: number[] = [];
  readonly #counts = new Map<number, number>();

  get isEmpty(): boolean {
    return this.literal.size === 0 && this.prefixed.size === 0;
  }

  add(binding: AclBinding): void {
    const { resourceName, patternType } = binding;
    const sets = this.#sets(patternType);
    let set = sets.get(resourceName);
    if (set === undefined) {
      sets.set(resourceName, (set = new RuleSet()));
      if (patternType === PatternType.PREFIXED) this.#countLength(resourceName.length, 1);
      else if (resourceName === WILDCARD) this.wildcard = set;
    }
    set.add(binding);
  }

  remove(bindings: ReadonlySet<AclBinding>): void {
    // Each set once, however many of its rules go.
    const touched = new Map<RuleSet, AclBinding>();
    for (const binding of bindings) {
      const set = this.#sets(binding.patternType).get(binding.resourceName);
      if (set !== undefined) touched.set(set, binding);
    }
    for (const [set, { resourceName, patternType }] of touched) {
      set.remove(bindings);
      if (!set.isEmpty) continue;
      this.#sets(patternType).delete(resourceName);
      if (patternType === PatternType.PREFIXED) this.#countLength(resourceName.length, -1);
      else if (resourceName === WILDCARD) this.wildcard = null;
    }
  }

  /** Adds to `rights` what is said to somebody at `host` of a resource of this name. */
  collect(name: string, host: string, rights: Rights): void {
    this.wildcard?.collect(host, rights);
    this.literal.get(name)?.collect(host, rights);
    this.collectPrefixed(name, host, rights);
  }

  /** Adds what the prefixes of a name say, and no other rule. */
  collectPrefixed(name: string, host: string, rights: Rights): void {
    for (const length of this.#lengths) {
      if (length > name.length) return;
      this.prefixed.get(name.slice(0, length))?.collect(host, rights);
    }
  }

  /** Is there a rule, whatever it says, for a resource of this name? */
  has(name: string): boolean {
    if (this.wildcard !== null || this.literal.has(name)) return true;
    return this.#lengths.some((length) => length <= name.length && this.prefixed.has(name.slice(0, length)));
  }

  #sets(patternType: PatternType): Map<string, RuleSet> {
    return patternType === PatternType.PREFIXED ? this.prefixed : this.literal;
  }

  #countLength(length: number, change: 1 | -1): void {
    const count = (this.#counts.get(length) ?? 0) + change;
    if (count === 0) this.#counts.delete(length);
    else this.#counts.set(length, count);
    if (count === 0 || (count === 1 && change === 1)) this.#lengths = [...this.#counts.keys()].sort((a, b) => a - b);
  }
}
