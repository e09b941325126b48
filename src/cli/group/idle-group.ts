/**
 * What changes a group takes the directory for itself, and is done to groups without members alone.
 *
 * Members that the directory still has may be gone, or wait for the broker to come back. To remove them is safe either way: one that is there is told that it is
 * no member, joins anew, and goes on at what is committed then.
 */
import { isMillraceError, MillraceError } from '../../errors.ts';
import { LEAVING_EPOCH } from '../../group/consumer/consumer-member.ts';
import type { GroupError } from '../../group/group-requests.ts';
import type { ShownGroup } from '../../group/shown-group.ts';
import type { Store } from '../../store/store.ts';
import type { CliContext } from '../context.ts';
import { writing } from '../data-directory.ts';
import { note } from '../output.ts';

/** As `writing`; who is told that another process has the directory is told what to do then. */
export async function changingGroups<T>(
  context: CliContext,
  directory: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  try {
    return await writing(context, directory, work);
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_LOCKED')) throw error;
    const hint = "groups of a running broker are changed by Kafka's kafka-consumer-groups";
    throw new MillraceError('ERR_MILLRACE_LOCKED', `${error.message}; ${hint}`, { path: error.path, cause: error });
  }
}

/** ERR_MILLRACE_GROUP_NOT_EMPTY for a group that has members. */
export function checkIdle({ groupId, state, members }: ShownGroup): void {
  // Dead is what a group is called that is about to go.
  if (state === 'Empty' || state === 'Dead') return;
  const count = `${members.length} member${members.length === 1 ? '' : 's'}`;
  throw new MillraceError(
    'ERR_MILLRACE_GROUP_NOT_EMPTY',
    `consumer group ${JSON.stringify(groupId)} is ${state}, with ${count}: end its consumers first; those that have ended without a word are removed by --force`,
  );
}

/** Takes all members out of the group. */
export async function removeMembers(
  context: CliContext,
  coordinator: Store['groupCoordinator'],
  group: ShownGroup,
): Promise<void> {
  const { groupId, members, type } = group;
  if (members.length === 0) return;
  const failure = await (type === 'consumer' ? endMembers(coordinator, group) : leave(coordinator, group));
  if (failure !== null)
    throw new MillraceError('ERR_MILLRACE_GROUP_NOT_EMPTY', `members of group ${groupId} stay: ${failure}`);
  note(context, `removed ${members.map(({ memberId }) => memberId).join(', ')} from ${groupId}`);
}

/** Of a group of the classic protocol. */
async function leave(coordinator: Store['groupCoordinator'], { groupId, members }: ShownGroup): Promise<GroupError> {
  const leaving = members.map(({ memberId, groupInstanceId }) => ({
    memberId,
    groupInstanceId,
    reason: 'removed by millrace group --force',
  }));
  const { error, members: left } = await coordinator.leave(groupId, leaving);
  return error ?? left.find((each) => each.error !== null)?.error ?? null;
}

/** Of a group of the consumer protocol, whose members leave by their last heartbeat. */
async function endMembers(
  coordinator: Store['groupCoordinator'],
  { groupId, members }: ShownGroup,
): Promise<GroupError> {
  for (const { memberId, groupInstanceId: instanceId } of members) {
    const { error } = await coordinator.consumerHeartbeat({
      groupId,
      memberId,
      memberEpoch: LEAVING_EPOCH,
      instanceId,
      rackId: null,
      clientId: '',
      clientHost: '',
      rebalanceTimeoutMs: -1,
      topicNames: null,
      topicPattern: null,
      assignor: null,
      owned: null,
      requiresMemberId: true,
      mayDescribe: () => false,
    });
    if (error !== null) return error;
  }
  return null;
}
