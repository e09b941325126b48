/** AddOffsetsToTxn: takes the partition of `__consumer_offsets` that is a group's into a transaction. Clients with transactions of version 2 do without. */
import { addOffsetsToTxn } from '../../protocol/apis/25-add-offsets-to-txn.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { askCoordinator } from '../transaction-answer.ts';

const FENCED_SINCE = 2;

export const addOffsetsToTxnHandler = defineHandler({
  api: addOffsetsToTxn,
  versions: '0-4',
  async handle({ transactionalId, producerId, producerEpoch, groupId }, { broker, version, access }) {
    const denied =
      access.code(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, transactionalId) ||
      access.code(AclOperation.READ, ResourceType.GROUP, groupId);
    if (denied !== kafkaErrorCodes.NONE) return { errorCode: denied };
    const { errorCode } = await askCoordinator(broker, version >= FENCED_SINCE, async (requests) => {
      const partitions = [await broker.store.transactionCoordinator.offsetsPartition(groupId)];
      return requests.addPartitions({ transactionalId, producerId, producerEpoch, partitions, clientVersion: 0 });
    });
    return { errorCode };
  },
});
