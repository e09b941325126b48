/** DescribeUserScramCredentials: which users can log in by which SCRAM mechanism. (ScramImage.describe.) */
import type { ResponseInputOf } from '../../protocol/api.ts';
import { describeUserScramCredentials } from '../../protocol/apis/50-describe-user-scram-credentials.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { scramHashes } from '../../security/scram-hash.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { repeated } from '../refusal.ts';

type Result = ResponseInputOf<typeof describeUserScramCredentials>['results'][number];

export const describeUserScramCredentialsHandler = defineHandler({
  api: describeUserScramCredentials,
  versions: '0-0',
  handle({ users }, { broker, access }) {
    const denied = access.code(AclOperation.DESCRIBE, ResourceType.CLUSTER);
    if (denied !== kafkaErrorCodes.NONE) return { errorCode: denied, errorMessage: null, results: [] };
    const known = new Map(broker.security.credentials.list().map(({ user, credentials }) => [user, credentials]));
    const asked = users === null || users.length === 0 ? [...known.keys()] : users.map(({ name }) => name);
    const twice = repeated(asked);
    const results = Array.from(new Set(asked), (user): Result => {
      if (twice.has(user)) {
        const message = 'Cannot describe SCRAM credentials for the same user twice in a single request: ';
        return failed(user, kafkaErrorCodes.DUPLICATE_RESOURCE, message);
      }
      const credentials = known.get(user);
      if (credentials === undefined) {
        const message = 'Attempt to describe a user credential that does not exist: ';
        return failed(user, kafkaErrorCodes.RESOURCE_NOT_FOUND, message);
      }
      const credentialInfos = credentials.map(({ mechanism, iterations }) => ({
        mechanism: scramHashes[mechanism].code,
        iterations,
      }));
      return { user, errorCode: kafkaErrorCodes.NONE, errorMessage: null, credentialInfos };
    });
    return { errorCode: kafkaErrorCodes.NONE, errorMessage: null, results };
  },
});

function failed(user: string, errorCode: number, message: string): Result {
  return { user, errorCode, errorMessage: message + user, credentialInfos: [] };
}
