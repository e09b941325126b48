/** AlterClientQuotas: sets and takes away byte rates of users and clients, of each entity all that is asked or nothing (KIP-546). */
import type { RequestOf } from '../../protocol/api.ts';
import { alterClientQuotas } from '../../protocol/apis/49-alter-client-quotas.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import { changeOf, entityOf } from '../quota-request.ts';
import { DONE, type Outcome, outcomeOf } from '../refusal.ts';

type Request = RequestOf<typeof alterClientQuotas>;

export const alterClientQuotasHandler = defineHandler({
  api: alterClientQuotas,
  versions: '0-1',
  handle({ entries, validateOnly }, call) {
    return { entries: entries.map((entry) => ({ ...alter(entry, validateOnly, call), entity: entry.entity })) };
  },
});

function alter({ entity, ops }: Request['entries'][number], validateOnly: boolean, { broker, access }: Call): Outcome {
  try {
    access.check(AclOperation.ALTER_CONFIGS, ResourceType.CLUSTER);
    const [whose, change] = [entityOf(entity), changeOf(ops)];
    if (!validateOnly) broker.store.writing(() => broker.security.quotas.change(whose, change));
    return DONE;
  } catch (error) {
    return outcomeOf(broker, error, { ERR_MILLRACE_TOO_LARGE: 'POLICY_VIOLATION' });
  }
}
