/**
 * What there is to be seen of groups without asking as a member: of a coordinator, and of a directory that another process writes. Types only.
 */
import type { GroupDescription, GroupListing } from './group-requests.ts';
import type { StoredOffset } from './offset-table.ts';

/** A group, with what it has committed as it stands when it is looked at. */
export interface GroupSummary extends GroupListing {
  /** The assignor of its generation; empty for none. */
  readonly protocolName: string;
  readonly memberCount: number;
  /** In no order. Good until the coordinator has work again. */
  offsets(): Iterable<[topic: string, partition: number, stored: StoredOffset]>;
}

export interface GroupView {
  list(): Promise<GroupListing[]>;
  /** Of a group that is not known: GROUP_ID_NOT_FOUND, and `Dead`. */
  describe(groupIds: readonly string[]): Promise<GroupDescription[]>;
  summaries(): Promise<GroupSummary[]>;
}
