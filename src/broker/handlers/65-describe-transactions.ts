/** DescribeTransactions: what the coordinator knows of transactional ids (KIP-664). */
import type { ResponseInputOf } from '../../protocol/api.ts';
import { describeTransactions } from '../../protocol/apis/65-describe-transactions.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { PartitionSet } from '../../transaction/partition-set.ts';
import type { TransactionRequests } from '../../transaction/transaction-requests.ts';
import type { Access } from '../access.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { coordinatorFailure } from '../transaction-answer.ts';

type StateAnswer = ResponseInputOf<typeof describeTransactions>['transactionStates'][number];

export const describeTransactionsHandler = defineHandler({
  api: describeTransactions,
  versions: '0',
  async handle({ transactionalIds }, { broker, access }) {
    const coordinator = broker.store.transactionCoordinator;
    const described = transactionalIds.map(async (id) => {
      try {
        const requests = coordinator.isMade ? await coordinator.load() : null;
        return describe(id, requests, access);
      } catch (error) {
        return failed(id, coordinatorFailure(broker, error));
      }
    });
    return { transactionStates: await Promise.all(described) };
  },
});

function describe(transactionalId: string, requests: TransactionRequests | null, access: Access): StateAnswer {
  if (transactionalId === '') return failed(transactionalId, kafkaErrorCodes.INVALID_REQUEST);
  const denied = access.code(AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, transactionalId);
  if (denied !== kafkaErrorCodes.NONE) return failed(transactionalId, denied);
  const found = requests?.describe(transactionalId) ?? null;
  if (found === null) return failed(transactionalId, kafkaErrorCodes.TRANSACTIONAL_ID_NOT_FOUND);
  return {
    errorCode: kafkaErrorCodes.NONE,
    transactionalId,
    transactionState: found.state,
    transactionTimeoutMs: found.timeoutMs,
    transactionStartTimeMs: found.startedAt,
    producerId: found.producerId,
    producerEpoch: found.producerEpoch,
    topics: new PartitionSet(
      found.partitions.filter(({ topic }) => access.topic(AclOperation.DESCRIBE, topic)),
    ).byTopic(),
  };
}

function failed(transactionalId: string, errorCode: number): StateAnswer {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  };
}
