/**
 * May somebody do something? The rules are those of Kafka's StandardAuthorizer:
 *
 * - a super user may do everything;
 * - a rule applies that speaks of the resource (by its name, by a beginning of it, or as `*`), of the principal (or `User:*`), of the host (or a range of
 *   addresses that it is in, or `*`), and of the operation (or all);
 * - a rule that denies wins over any that allows; without one that allows, no is the answer;
 * - to be allowed to read, write, delete or alter implies to describe, to alter settings implies to describe them; what is denied implies nothing;
 * - `allow.everyone.if.no.acl.found`: everything may be done with a resource that no rule, for whomever, speaks of.
 *
 * No I/O, and nothing is made for a question: the broker asks for each topic of each request. Without an authorizer (Kafka: no `authorizer.class.name`) there is nothing to
 * ask: everything is allowed, and ACL requests get SECURITY_DISABLED.
 */
import type { AclIndex } from './acl-index.ts';
import {
  ALL_OPERATIONS,
  type AclOperation,
  hasOperation,
  type OperationSet,
  supportedOperations,
} from './acl-operation.ts';
import { canonicalHost } from './host-address.ts';
import { ANY_USER, principalParts } from './principal.ts';
import type { ResourceType } from './resource.ts';
import type { ResourceRules } from './resource-rules.ts';
import { Rights, type RuleSet } from './rule-set.ts';

export interface AuthorizerOptions {
  /** Kafka's `super.users`, as `parseSuperUsers` has it: compared as they are written, without wildcards. */
  readonly superUsers?: ReadonlySet<string>;
  /** Kafka's `allow.everyone.if.no.acl.found`. Default: false. */
  readonly allowEveryoneIfNoAclFound?: boolean;
}

/** Who asks: made once a connection, by `client`. */
export interface AuthorizedClient {
  readonly principal: string;
  /** In its one spelling. */
  readonly host: string;
  readonly isSuperUser: boolean;
}

/** A name of the resource type that is asked for when any would do: Kafka's, so that rules made with an eye on it work. */
const ANY_NAME = 'hardcode';

export class Authorizer {
  readonly #index: AclIndex;
  readonly #superUsers: ReadonlySet<string>;
  readonly #allowEveryone: boolean;
  readonly #rights = new Rights();

  /** The index is that of `Acls`, and may change at any time. */
  constructor(index: AclIndex, options: AuthorizerOptions = {}) {
    this.#index = index;
    this.#superUsers = options.superUsers ?? new Set();
    this.#allowEveryone = options.allowEveryoneIfNoAclFound ?? false;
    for (const principal of this.#superUsers) principalParts(principal);
  }

  /** `address` as the socket has it. */
  client(principal: string, address: string): AuthorizedClient {
    return { principal, host: canonicalHost(address), isSuperUser: this.#superUsers.has(principal) };
  }

  authorize(client: AuthorizedClient, operation: AclOperation, resourceType: ResourceType, name: string): boolean {
    return hasOperation(this.#allowed(client, resourceType, name), operation);
  }

  /** All that the client may do with a resource, of what can be done with its type: the wire's `…AuthorizedOperations`. */
  authorizedOperations(client: AuthorizedClient, resourceType: ResourceType, name: string): OperationSet {
    return this.#allowed(client, resourceType, name) & supportedOperations(resourceType);
  }

  /**
   * May the client do it with any resource of the type at all? (Kafka: `authorizeByResourceType`; InitProducerId of an idempotent producer asks for WRITE of a
   * TOPIC.) A rule counts for what it says, not for what that implies. Costs a look at each rule that speaks to the client.
   */
  authorizeByResourceType(client: AuthorizedClient, operation: AclOperation, resourceType: ResourceType): boolean {
    if (this.authorize(client, operation, resourceType, ANY_NAME)) return true;
    const rules = this.#rulesOf(client, resourceType);
    const all = this.#collected((rights) => {
      for (const each of rules) each.wildcard?.collect(client.host, rights);
    });
    if (hasOperation(all.denied, operation)) return false;
    if (hasOperation(all.allowedInWords, operation)) return true;

    const isAllowed = (set: RuleSet): boolean =>
      hasOperation(this.#collected((rights) => set.collect(client.host, rights)).allowedInWords, operation);
    const isDenied = (name: string, isLiteral: boolean): boolean => {
      const { denied } = this.#collected((rights) => {
        for (const each of rules) {
          if (isLiteral) each.literal.get(name)?.collect(client.host, rights);
          each.collectPrefixed(name, client.host, rights);
        }
      });
      return hasOperation(denied, operation);
    };
    for (const { literal, prefixed } of rules) {
      for (const [name, set] of literal) if (isAllowed(set) && !isDenied(name, true)) return true;
      for (const [prefix, set] of prefixed) if (isAllowed(set) && !isDenied(prefix, false)) return true;
    }
    return false;
  }

  #allowed(client: AuthorizedClient, resourceType: ResourceType, name: string): OperationSet {
    if (client.isSuperUser) return ALL_OPERATIONS;
    const rights = this.#rights;
    rights.clear();
    this.#index.rulesOf(client.principal, resourceType)?.collect(name, client.host, rights);
    if (client.principal !== ANY_USER) this.#index.rulesOf(ANY_USER, resourceType)?.collect(name, client.host, rights);
    if (this.#allowEveryone && !this.#index.hasRules(resourceType, name)) return ALL_OPERATIONS;
    return rights.allowed & ~rights.denied;
  }

  #rulesOf({ principal }: AuthorizedClient, resourceType: ResourceType): ResourceRules[] {
    const principals = principal === ANY_USER ? [ANY_USER] : [principal, ANY_USER];
    return principals.flatMap((each) => this.#index.rulesOf(each, resourceType) ?? []);
  }

  #collected(collect: (rights: Rights) => void): Rights {
    this.#rights.clear();
    collect(this.#rights);
    return this.#rights;
  }
}
