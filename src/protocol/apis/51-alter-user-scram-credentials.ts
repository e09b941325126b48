/**
 * AlterUserScramCredentials: sets and deletes SCRAM credentials. The salted password is made by the client, so that the broker never sees the password.
 */
import { defineApi } from '../api.ts';
import { array, bytes, int16, int32, int8, string } from '../field.ts';

export const alterUserScramCredentials = defineApi({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: '0',
  flexible: 0,
  request: {
    deletions: array({
      name: string(),
      /** 1: SCRAM-SHA-256; 2: SCRAM-SHA-512. */
      mechanism: int8(),
    }),
    upsertions: array({
      name: string(),
      /** 1: SCRAM-SHA-256; 2: SCRAM-SHA-512. */
      mechanism: int8(),
      iterations: int32(),
      salt: bytes(),
      saltedPassword: bytes(),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({ user: string(), errorCode: int16(), errorMessage: string({ nullableSince: 0 }) }),
  },
});
