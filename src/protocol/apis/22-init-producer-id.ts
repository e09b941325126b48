/**
 * InitProducerId: an id and an epoch for an idempotent producer, or for a transactional id, whose earlier producer is fenced by it. Versions from 3 on say
 * which id and epoch a producer had, so that it can go on after an error (KIP-360). Version 6, for transactions of two phases, is not settled in Kafka and not here.
 */
import { defineApi } from '../api.ts';
import { int16, int32, int64, string } from '../field.ts';

export const initProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  versions: '0-5',
  flexible: 2,
  request: {
    transactionalId: string({ nullableSince: 0 }),
    transactionTimeoutMs: int32(),
    producerId: int64({ since: 3, default: -1 }),
    producerEpoch: int16({ since: 3, default: -1 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
  },
});
