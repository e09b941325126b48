/**
 * SaslAuthenticate: one step of a SASL mechanism. From version 1 on the response says for how long the authentication is good (KIP-368).
 */
import { defineApi } from '../api.ts';
import { bytes, int16, int64, string } from '../field.ts';

export const saslAuthenticate = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versions: '0-2',
  flexible: 2,
  request: {
    authBytes: bytes(),
  },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: 1, default: 0 }),
  },
});
