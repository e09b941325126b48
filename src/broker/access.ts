/**
 * What the client of a connection may do, asked by every handler before it does or tells anything: the one place where the broker meets the rules of access
 * (security/authorizer.ts). Without an authorizer everything may be done.
 *
 * Who may not describe a topic is told the same whether it is there or not.
 */
import { kafkaErrorCodes, type KafkaErrorName } from '../protocol/error-code.ts';
import { AclOperation, type OperationSet, supportedOperations } from '../security/acl-operation.ts';
import type { AuthorizedClient, Authorizer } from '../security/authorizer.ts';
import { CLUSTER_NAME, ResourceType } from '../security/resource.ts';
import { Refusal } from './refusal.ts';

const failures: Partial<Record<ResourceType, KafkaErrorName>> = {
  [ResourceType.TOPIC]: 'TOPIC_AUTHORIZATION_FAILED',
  [ResourceType.GROUP]: 'GROUP_AUTHORIZATION_FAILED',
  [ResourceType.CLUSTER]: 'CLUSTER_AUTHORIZATION_FAILED',
  [ResourceType.TRANSACTIONAL_ID]: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
};

export class Access {
  readonly #authorizer: Authorizer | null;
  readonly #client: AuthorizedClient | null;

  private constructor(authorizer: Authorizer | null, client: AuthorizedClient | null) {
    this.#authorizer = authorizer;
    this.#client = client;
  }

  /** Everything may be done. */
  static readonly full = new Access(null, null);

  /** `address` as the socket has it. */
  static of(authorizer: Authorizer | null, principal: string, address: string): Access {
    return authorizer === null ? Access.full : new Access(authorizer, authorizer.client(principal, address));
  }

  get principal(): string | null {
    return this.#client?.principal ?? null;
  }

  /** NONE, or the code that a client without the right is answered. */
  code(operation: AclOperation, type: ResourceType, name: string = CLUSTER_NAME): number {
    return this.#isAllowed(operation, type, name) ? kafkaErrorCodes.NONE : kafkaErrorCodes[failures[type]!];
  }

  /** The same as a refusal that is thrown. */
  check(operation: AclOperation, type: ResourceType, name: string = CLUSTER_NAME): void {
    if (!this.#isAllowed(operation, type, name)) throw new Refusal(failures[type]!, 'Authorization failed.');
  }

  topic(operation: AclOperation, name: string): boolean {
    return this.#isAllowed(operation, ResourceType.TOPIC, name);
  }

  cluster(operation: AclOperation): boolean {
    return this.#isAllowed(operation, ResourceType.CLUSTER, CLUSTER_NAME);
  }

  transactionalId(operation: AclOperation, name: string): boolean {
    return this.#isAllowed(operation, ResourceType.TRANSACTIONAL_ID, name);
  }

  group(operation: AclOperation, name: string): boolean {
    return this.#isAllowed(operation, ResourceType.GROUP, name);
  }

  /** With some topic, whichever. */
  anyTopic(operation: AclOperation): boolean {
    if (this.#authorizer === null) return true;
    return this.#authorizer.authorizeByResourceType(this.#client!, operation, ResourceType.TOPIC);
  }

  /** The wire's bit field of all that may be done with a topic. */
  topicOperations(name: string): OperationSet {
    return this.#operations(ResourceType.TOPIC, name);
  }

  groupOperations(name: string): OperationSet {
    return this.#operations(ResourceType.GROUP, name);
  }

  /** None for who may not describe the cluster. */
  clusterOperations(): OperationSet {
    return this.cluster(AclOperation.DESCRIBE) ? this.#operations(ResourceType.CLUSTER, CLUSTER_NAME) : 0;
  }

  #operations(type: ResourceType, name: string): OperationSet {
    return this.#authorizer === null
      ? supportedOperations(type)
      : this.#authorizer.authorizedOperations(this.#client!, type, name);
  }

  #isAllowed(operation: AclOperation, type: ResourceType, name: string): boolean {
    return this.#authorizer === null || this.#authorizer.authorize(this.#client!, operation, type, name);
  }
}
