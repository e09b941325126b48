/** FindCoordinator: this broker, for every group and every transactional id. */
import type { ResponseInputOf } from '../../protocol/api.ts';
import { findCoordinator } from '../../protocol/apis/10-find-coordinator.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';

type Coordinator = NonNullable<ResponseInputOf<typeof findCoordinator>['coordinators']>[number];

const BATCHED_SINCE = 4;
const GROUP = 0;
const TRANSACTION = 1;

export const findCoordinatorHandler = defineHandler({
  api: findCoordinator,
  versions: '0-6',
  handle({ key, keyType, coordinatorKeys }, call) {
    if (call.version >= BATCHED_SINCE)
      return { coordinators: coordinatorKeys.map((each) => find(each, keyType, call)) };
    const { key: _key, ...found } = find(key, keyType, call);
    return found;
  },
});

function find(key: string, keyType: number, { broker, session, access }: Call): Coordinator {
  // There are no share groups here.
  if (keyType !== GROUP && keyType !== TRANSACTION) {
    const errorMessage = `coordinators of key type ${keyType} are not known`;
    return { key, nodeId: -1, host: '', port: -1, errorCode: kafkaErrorCodes.INVALID_REQUEST, errorMessage };
  }
  const type = keyType === GROUP ? ResourceType.GROUP : ResourceType.TRANSACTIONAL_ID;
  const errorCode = access.code(AclOperation.DESCRIBE, type, key);
  if (errorCode !== kafkaErrorCodes.NONE) return { key, nodeId: -1, host: '', port: -1, errorCode };
  const place = broker.advertised(session.listener);
  return { key, nodeId: broker.nodeId, ...place, errorCode: kafkaErrorCodes.NONE };
}
