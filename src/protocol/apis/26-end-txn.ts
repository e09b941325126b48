/**
 * EndTxn: commit or abort. From version 5 on the response has the epoch with which the producer goes on (KIP-890).
 */
import { defineApi } from '../api.ts';
import { bool, int16, int32, int64, string } from '../field.ts';

export const endTxn = defineApi({
  key: 26,
  name: 'EndTxn',
  versions: '0-5',
  flexible: 3,
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    /** False: aborted. */
    committed: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    producerId: int64({ since: 5, default: -1 }),
    producerEpoch: int16({ since: 5, default: -1 }),
  },
});
