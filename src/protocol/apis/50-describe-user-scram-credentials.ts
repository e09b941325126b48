/**
 * DescribeUserScramCredentials: which users have SCRAM credentials, and with how many iterations; never the credentials. Users null asks for all.
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, int8, string } from '../field.ts';

export const describeUserScramCredentials = defineApi({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: '0',
  flexible: 0,
  request: {
    users: array({ name: string() }, { nullableSince: 0 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      credentialInfos: array({
        /** 1: SCRAM-SHA-256; 2: SCRAM-SHA-512. */
        mechanism: int8(),
        iterations: int32(),
      }),
    }),
  },
});
