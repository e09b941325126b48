/** The group that a command names, or why there is none. */
import { MillraceError } from '../../errors.ts';
import type { GroupView } from '../../group/group-view.ts';
import type { ShownGroup } from '../../group/shown-group.ts';
import { suggestion } from '../../store/nearest-name.ts';

/** ERR_MILLRACE_UNKNOWN_GROUP with the name that was probably meant. */
export async function findGroup(groups: GroupView, groupId: string): Promise<ShownGroup> {
  const found = await groups.show(groupId);
  if (found !== null) return found;
  const known = (await groups.list()).map((listing) => listing.groupId);
  const message = `there is no consumer group ${JSON.stringify(groupId)}${suggestion(groupId, known)}`;
  throw new MillraceError('ERR_MILLRACE_UNKNOWN_GROUP', message);
}
