/**
 * InitProducerId: an id that nobody has had, for a producer whose batches are to be appended once; with a transactional id also an epoch above that of all
 * producers before, which are fenced by it.
 */
import type { RequestOf } from '../../protocol/api.ts';
import { initProducerId } from '../../protocol/apis/22-init-producer-id.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import { askCoordinator, type CodedAnswer, coordinatorFailure, failedAnswer } from '../transaction-answer.ts';

const FENCED_SINCE = 4;
const NONE = -1;

export const initProducerIdHandler = defineHandler({
  api: initProducerId,
  versions: '0-5',
  handle(request, call) {
    const { transactionalId, producerId, producerEpoch } = request;
    const denied = deniedBy(transactionalId, call);
    if (denied !== kafkaErrorCodes.NONE) return failedAnswer(denied);
    if ((producerId === NONE) !== (producerEpoch === NONE)) return failedAnswer(kafkaErrorCodes.INVALID_REQUEST);
    return transactionalId === null ? another(call) : initialise(transactionalId, request, call);
  },
});

function deniedBy(transactionalId: string | null, { access }: Call): number {
  if (transactionalId !== null) return access.code(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, transactionalId);
  if (access.anyTopic(AclOperation.WRITE)) return kafkaErrorCodes.NONE;
  return access.code(AclOperation.IDEMPOTENT_WRITE, ResourceType.CLUSTER);
}

/** What an idempotent producer had before does not count: it begins anew. */
function another({ broker }: Call): CodedAnswer {
  try {
    return { errorCode: kafkaErrorCodes.NONE, producerId: broker.store.producerIds.next(), producerEpoch: 0 };
  } catch (error) {
    return failedAnswer(coordinatorFailure(broker, error));
  }
}

function initialise(
  transactionalId: string,
  { transactionTimeoutMs: timeoutMs, producerId, producerEpoch }: RequestOf<typeof initProducerId>,
  { broker, version }: Call,
): Promise<CodedAnswer> {
  const expected = producerId === NONE ? null : { producerId, producerEpoch };
  return askCoordinator(broker, version >= FENCED_SINCE, (requests) =>
    requests.init({ transactionalId, timeoutMs, expected }),
  );
}
