/**
 * What there is to be seen of groups without asking as a member: of a coordinator, and of a directory that another process writes. Types only.
 */
import type { GroupListing } from './group-requests.ts';
import type { StoredOffset } from './offset-table.ts';
import type { ShownGroup } from './shown-group.ts';

/** A group, with what it has committed as it stands when it is looked at. */
export interface GroupSummary extends GroupListing {
  /** The assignor of its generation or, of the consumer protocol, the one that it assigns by; empty for none. */
  readonly protocolName: string;
  readonly memberCount: number;
  /** In no order. Good until the coordinator has work again. */
  offsets(): Iterable<[topic: string, partition: number, stored: StoredOffset]>;
}

export interface GroupView {
  list(): Promise<GroupListing[]>;
  /** Null for a group that there is not. */
  show(groupId: string): Promise<ShownGroup | null>;
  summaries(): Promise<GroupSummary[]>;
}
