/** AlterUserScramCredentials: sets and deletes what users log in by; of each user one change in a request. (ScramControlManager.alterCredentials.) */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { alterUserScramCredentials } from '../../protocol/apis/51-alter-user-scram-credentials.ts';
import { scramMechanismOf } from '../../security/scram-hash.ts';
import type { ScramMechanism } from '../../security/scram-hash.ts';
import type { BrokerContext } from '../broker-context.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { DONE, outcomeOf, Refusal, repeated } from '../refusal.ts';

type Request = RequestOf<typeof alterUserScramCredentials>;
type Result = ResponseInputOf<typeof alterUserScramCredentials>['results'][number];

export const alterUserScramCredentialsHandler = defineHandler({
  api: alterUserScramCredentials,
  versions: '0-0',
  handle({ deletions, upsertions }, { broker, access }) {
    const twice = repeated([...deletions, ...upsertions].map(({ name }) => name));
    const results = new Map<string, Result>();
    const change = (name: string, work: () => void): void => {
      if (results.has(name)) return;
      const allowed = (): void => {
        access.check(AclOperation.ALTER, ResourceType.CLUSTER);
        if (twice.has(name))
          throw new Refusal('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request');
        broker.store.writing(work);
      };
      results.set(name, { user: name, ...outcome(broker, allowed) });
    };
    for (const deletion of deletions) change(deletion.name, () => remove(broker, deletion));
    for (const upsertion of upsertions) change(upsertion.name, () => put(broker, upsertion));
    return { results: [...results.values()] };
  },
});

function outcome(broker: BrokerContext, work: () => void) {
  try {
    work();
    return DONE;
  } catch (error) {
    return outcomeOf(broker, error, {
      ERR_MILLRACE_INVALID_ARGUMENT: 'UNACCEPTABLE_CREDENTIAL',
      ERR_MILLRACE_TOO_LARGE: 'UNACCEPTABLE_CREDENTIAL',
    });
  }
}

function remove({ security }: BrokerContext, { name, mechanism }: Request['deletions'][number]): void {
  if (!security.credentials.remove(name, checked(name, mechanism)))
    throw new Refusal('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist');
}

function put({ security }: BrokerContext, asked: Request['upsertions'][number]): void {
  security.credentials.putSalted(asked.name, checked(asked.name, asked.mechanism), asked);
}

function checked(name: string, mechanism: number): ScramMechanism {
  if (name === '') throw new Refusal('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty');
  const known = scramMechanismOf(mechanism);
  if (known === null) throw new Refusal('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism');
  return known;
}
