/** The rules in memory, so that a question is answered without looking at most of them: by principal, type of resource, and name. */
import type { AclBinding } from './acl-binding.ts';
import type { ResourceType } from './resource.ts';
import { ResourceRules } from './resource-rules.ts';

/** Of one principal, by type of resource. */
type PrincipalRules = Map<ResourceType, ResourceRules>;

export class AclIndex {
  readonly #principals = new Map<string, PrincipalRules>();
  /** The rules of all principals. */
  readonly #all: PrincipalRules = new Map();

  /** One that was not added before. */
  add(binding: AclBinding): void {
    let rules = this.#principals.get(binding.principal);
    if (rules === undefined) this.#principals.set(binding.principal, (rules = new Map()));
    addTo(rules, binding);
    addTo(this.#all, binding);
  }

  /** The very objects that were added. */
  remove(bindings: ReadonlySet<AclBinding>): void {
    const touched = new Map<string, Set<AclBinding>>();
    for (const binding of bindings) {
      const those = touched.get(binding.principal);
      if (those === undefined) touched.set(binding.principal, new Set([binding]));
      else those.add(binding);
    }
    for (const [principal, those] of touched) {
      const rules = this.#principals.get(principal);
      if (rules === undefined) continue;
      removeFrom(rules, those);
      if (rules.size === 0) this.#principals.delete(principal);
    }
    removeFrom(this.#all, bindings);
  }

  /** What is said to one principal, by its own name, of resources of a type. */
  rulesOf(principal: string, resourceType: ResourceType): ResourceRules | undefined {
    return this.#principals.get(principal)?.get(resourceType);
  }

  /** Is there a rule for the resource, whoever it is for? */
  hasRules(resourceType: ResourceType, name: string): boolean {
    return this.#all.get(resourceType)?.has(name) ?? false;
  }
}

function addTo(rules: PrincipalRules, binding: AclBinding): void {
  let ofType = rules.get(binding.resourceType);
  if (ofType === undefined) rules.set(binding.resourceType, (ofType = new ResourceRules()));
  ofType.add(binding);
}

function removeFrom(rules: PrincipalRules, bindings: ReadonlySet<AclBinding>): void {
  for (const [resourceType, ofType] of rules) {
    ofType.remove(new Set([...bindings].filter((binding) => binding.resourceType === resourceType)));
    if (ofType.isEmpty) rules.delete(resourceType);
  }
}
