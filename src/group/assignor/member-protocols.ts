/**
 * What a member says when it joins a group of the type `consumer`: for each of its assignors, the one that it likes best first, a subscription; and how it behaves
 * between one assignment and the next, which follows from them.
 */
import { invalidArgument } from '../../errors.ts';
import type { MemberProtocol } from '../group-requests.ts';
import { encodeSubscription, type Subscription } from '../subscription-format.ts';
import type { Assignor, JoiningMember, RebalanceProtocol } from './assignor.ts';

/** `protocol_type` of JoinGroup. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer';

export type MemberState = JoiningMember & Pick<Subscription, 'ownedPartitions' | 'generationId' | 'rackId'>;

/** The protocols of a JoinGroup request. `ownedPartitions` are none in a group that is eager: its members have given them back. */
export function memberProtocols(assignors: readonly Assignor[], member: MemberState): MemberProtocol[] {
  const { topics, ownedPartitions, generationId, rackId } = member;
  return assignors.map((assignor) => ({
    name: assignor.name,
    metadata: encodeSubscription({
      topics,
      userData: assignor.userData?.(member) ?? null,
      ownedPartitions,
      generationId,
      rackId,
    }),
  }));
}

/** The one that all assignors know: cooperative rather than eager. */
export function rebalanceProtocolOf(assignors: readonly Assignor[]): RebalanceProtocol {
  for (const protocol of ['cooperative', 'eager'] as const) {
    if (assignors.every(({ protocols }) => protocols.includes(protocol))) return protocol;
  }
  const names = assignors.map(({ name }) => name).join(', ');
  throw invalidArgument('assignors', 'such that all know eager, or all know cooperative', names);
}
