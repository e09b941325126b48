/** DescribeClientQuotas: the quotas of users and clients that a filter finds (KIP-546). */
import { describeClientQuotas } from '../../protocol/apis/48-describe-client-quotas.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { entityFilter, partsOf } from '../quota-request.ts';
import { DONE, outcomeOf } from '../refusal.ts';

export const describeClientQuotasHandler = defineHandler({
  api: describeClientQuotas,
  versions: '0-1',
  handle({ components, strict }, { broker, access }) {
    try {
      access.check(AclOperation.DESCRIBE_CONFIGS, ResourceType.CLUSTER);
      const isAsked = entityFilter(components, strict);
      const entries = broker.security.quotas
        .list()
        .filter(({ entity }) => isAsked(entity))
        .map(({ entity, values }) => ({
          entity: partsOf(entity),
          values: Object.entries(values).map(([key, value]) => ({ key, value })),
        }));
      return { ...DONE, entries };
    } catch (error) {
      return { ...outcomeOf(broker, error), entries: null };
    }
  },
});
