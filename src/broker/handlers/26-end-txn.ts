/** EndTxn: commits or aborts. In version 5 the answer has the epoch for the producer's next transaction (KIP-890). */
import { endTxn } from '../../protocol/apis/26-end-txn.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { askCoordinator, failedAnswer } from '../transaction-answer.ts';

const FENCED_SINCE = 2;
const EPOCHS_SINCE = 5;

export const endTxnHandler = defineHandler({
  api: endTxn,
  versions: '0-5',
  handle({ committed, ...producer }, { broker, version, access }) {
    const denied = access.code(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, producer.transactionalId);
    if (denied !== kafkaErrorCodes.NONE) return failedAnswer(denied);
    const type = committed ? 'commit' : 'abort';
    const clientVersion = version >= EPOCHS_SINCE ? 2 : 0;
    return askCoordinator(broker, version >= FENCED_SINCE, (requests) =>
      requests.end({ ...producer, type, clientVersion }),
    );
  },
});
