/**
 * The rules that one principal has for one pattern of resources, added up: by host, which operations are allowed and which are denied. So a
 * question costs the same whatever their number is.
 */
import { type AclBinding, AclPermission, ANY_HOST } from './acl-binding.ts';
import { allowedBy, NO_OPERATIONS, operationsOf, type OperationSet } from './acl-operation.ts';
import { canonicalHost, Subnet } from './host-address.ts';

/** What rules add up to. */
export class Rights {
  denied: OperationSet = NO_OPERATIONS;
  /** With what is implied. */
  allowed: OperationSet = NO_OPERATIONS;
  /** Without: `authorizeByResourceType` of Kafka looks at what a rule says, and at nothing else. */
  allowedInWords: OperationSet = NO_OPERATIONS;

  clear(): void {
    this.denied = NO_OPERATIONS;
    this.allowed = NO_OPERATIONS;
    this.allowedInWords = NO_OPERATIONS;
  }

  add({ permission, operation }: AclBinding): void {
    if (permission === AclPermission.DENY) {
      this.denied |= operationsOf(operation);
      return;
    }
    this.allowed |= allowedBy(operation);
    this.allowedInWords |= operationsOf(operation);
  }

  include(other: Rights): void {
    this.denied |= other.denied;
    this.allowed |= other.allowed;
    this.allowedInWords |= other.allowedInWords;
  }
}

interface SubnetRights {
  readonly host: string;
  readonly subnet: Subnet;
  readonly rights: Rights;
}

export class RuleSet {
  #bindings: AclBinding[] = [];
  readonly #anywhere = new Rights();
  #hosts: Map<string, Rights> | null = null;
  #subnets: SubnetRights[] | null = null;

  get isEmpty(): boolean {
    return this.#bindings.length === 0;
  }

  /** One that was not added before. */
  add(binding: AclBinding): void {
    this.#bindings.push(binding);
    this.#rightsFor(binding.host).add(binding);
  }

  /** Takes away those of `bindings` that it has; they are the very objects that were added. */
  remove(bindings: ReadonlySet<AclBinding>): void {
    const kept = this.#bindings.filter((binding) => !bindings.has(binding));
    this.#bindings = [];
    this.#anywhere.clear();
    this.#hosts = null;
    this.#subnets = null;
    for (const binding of kept) this.add(binding);
  }

  /** Adds to `rights` what is said to somebody at `host`, in its one spelling. */
  collect(host: string, rights: Rights): void {
    rights.include(this.#anywhere);
    if (this.#hosts !== null) {
      const found = this.#hosts.get(host);
      if (found !== undefined) rights.include(found);
    }
    if (this.#subnets !== null) {
      for (const { subnet, rights: found } of this.#subnets) if (subnet.has(host)) rights.include(found);
    }
  }

  #rightsFor(host: string): Rights {
    if (host === ANY_HOST) return this.#anywhere;
    if (host.includes('/')) return this.#subnetRights(host);
    const address = canonicalHost(host);
    this.#hosts ??= new Map();
    let rights = this.#hosts.get(address);
    if (rights === undefined) this.#hosts.set(address, (rights = new Rights()));
    return rights;
  }

  #subnetRights(host: string): Rights {
    this.#subnets ??= [];
    let found = this.#subnets.find((each) => each.host === host);
    if (found === undefined) this.#subnets.push((found = { host, subnet: Subnet.parse(host), rights: new Rights() }));
    return found.rights;
  }
}
