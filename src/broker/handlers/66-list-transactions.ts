/** ListTransactions: the transactional ids that are known, or some of them: by producer, state, age, or a pattern (KIP-664, KIP-994, KIP-1152). */
import { listTransactions } from '../../protocol/apis/66-list-transactions.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { type TransactionDescription, unknownStates } from '../../transaction/transaction-listing.ts';
import { matching } from '../bounded-pattern.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { defineHandler } from '../handler.ts';
import { coordinatorFailure } from '../transaction-answer.ts';

export const listTransactionsHandler = defineHandler({
  api: listTransactions,
  versions: '0-2',
  async handle({ stateFilters, producerIdFilters, durationFilter, transactionalIdPattern }, { broker, access }) {
    const unknownStateFilters = unknownStates(stateFilters);
    const failed = (errorCode: number) => ({ errorCode, unknownStateFilters, transactionStates: [] });
    const coordinator = broker.store.transactionCoordinator;
    let found: TransactionDescription[] = [];
    try {
      if (coordinator.isMade) {
        const filter = { states: stateFilters, producerIds: producerIdFilters, longerThanMs: durationFilter };
        found = (await coordinator.load())
          .list(filter)
          .filter(({ transactionalId }) => access.transactionalId(AclOperation.DESCRIBE, transactionalId));
      }
    } catch (error) {
      return failed(coordinatorFailure(broker, error));
    }
    const ids = found.map(({ transactionalId }) => transactionalId);
    const wanted = transactionalIdPattern ? matching(transactionalIdPattern, ids) : new Set(ids);
    if (wanted === null) return failed(kafkaErrorCodes.INVALID_REGULAR_EXPRESSION);
    const transactionStates = found
      .filter(({ transactionalId }) => wanted.has(transactionalId))
      .map(({ transactionalId, producerId, state }) => ({ transactionalId, producerId, transactionState: state }));
    return { errorCode: kafkaErrorCodes.NONE, unknownStateFilters, transactionStates };
  },
});
