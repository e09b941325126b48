/** A request that needs rights: where its answer has the code, and which rights Kafka asks for. */
import type { Api } from '#millrace/protocol/api.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import type { AclOperation } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';

const { TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID } = ResourceType;

export const denials = {
  [TOPIC]: kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED,
  [GROUP]: kafkaErrorCodes.GROUP_AUTHORIZATION_FAILED,
  [CLUSTER]: kafkaErrorCodes.CLUSTER_AUTHORIZATION_FAILED,
  [TRANSACTIONAL_ID]: kafkaErrorCodes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
};

export interface Case {
  readonly api: Api;
  readonly version: number;
  readonly message: () => object;
  /** Where in the answer the code stands. */
  readonly code: (answer: any) => number;
  /** The rights that are asked for, one after another. */
  readonly needs: readonly (readonly [type: keyof typeof denials, name: string, operation: AclOperation])[];
}
