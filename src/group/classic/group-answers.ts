/** Answers that are errors: the rest of them is empty, as Kafka leaves it. */
import type { GroupError, JoinAnswer, LeaveAnswer, LeavingMember, SyncAnswer } from '../group-requests.ts';
import { NO_BYTES } from './group-member.ts';

/** Of no generation. */
export const NO_GENERATION = -1;

/** `memberId`: the one that the member is to go on with; empty where it has lost it. */
export function refusedJoin(error: GroupError, memberId: string): JoinAnswer {
  return {
    error,
    generationId: NO_GENERATION,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId,
    members: [],
  };
}

export function refusedSync(error: GroupError): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: NO_BYTES };
}

/** Where there is no such group. */
export function nobodyLeft(members: readonly LeavingMember[]): LeaveAnswer {
  const error = 'UNKNOWN_MEMBER_ID';
  return {
    error: null,
    members: members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId, error })),
  };
}
