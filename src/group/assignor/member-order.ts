/**
 * Members in the order in which assignors serve them: static ones first, by their instance ids, which outlive a restart; then the others by their member ids. (The
 * order of Java's String.compareTo, which is that of `<` here.)
 */
export interface OrderedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export function compareMembers(one: OrderedMember, other: OrderedMember): number {
  if (one.groupInstanceId !== null && other.groupInstanceId !== null) {
    return compareIds(one.groupInstanceId, other.groupInstanceId);
  }
  if (one.groupInstanceId !== null) return -1;
  return other.groupInstanceId === null ? compareIds(one.memberId, other.memberId) : 1;
}

export function compareIds(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The ids of `members` in that order. */
export function memberIdsInOrder(
  members: Iterable<readonly [string, { readonly groupInstanceId: string | null }]>,
): string[] {
  return Array.from(members, ([memberId, { groupInstanceId }]) => ({ memberId, groupInstanceId }))
    .sort(compareMembers)
    .map(({ memberId }) => memberId);
}
