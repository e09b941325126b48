/** A member of a classic group: what it has said of itself, what it is assigned, and the answers that it waits for. */
import type {
  GroupError,
  JoinAnswer,
  JoinedMember,
  JoinRequest,
  MemberProtocol,
  SyncAnswer,
} from '../group-requests.ts';
import type { GroupMemberMetadata } from '../group-metadata-format.ts';
import { sameProtocols } from '../member-protocols.ts';
import type { Reply } from './group-environment.ts';

export const NO_BYTES: Uint8Array = new Uint8Array(0);

export class GroupMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  /** Each name once, the one that it likes best first. */
  protocols: readonly MemberProtocol[];
  assignment: Uint8Array = NO_BYTES;
  /** Its first join is not answered yet, so that it cannot send heartbeats. */
  isNew = false;
  /** Set by GroupMembers, which counts them. */
  awaitingJoin: Reply<JoinAnswer> | null = null;
  awaitingSync: Reply<SyncAnswer> | null = null;
  /** Who is told when it has to join again. */
  #watcher: Reply<GroupError> | null = null;
  /** Ends the timer of its session. */
  cancelSession: () => void = () => undefined;

  /** One that joins. */
  static of(memberId: string, request: JoinRequest): GroupMember {
    return new GroupMember({ ...request, memberId });
  }

  /** One that a log tells of: that knows only the group's of its protocols. */
  static restored(
    metadata: GroupMemberMetadata,
    protocolName: string,
    protocols: readonly MemberProtocol[] = [{ name: protocolName, metadata: metadata.subscription }],
  ): GroupMember {
    const member = new GroupMember({ ...metadata, protocols });
    member.assignment = metadata.assignment;
    return member;
  }

  constructor(
    facts: Omit<GroupMemberMetadata, 'subscription' | 'assignment'> & { protocols: readonly MemberProtocol[] },
  ) {
    this.memberId = facts.memberId;
    this.groupInstanceId = facts.groupInstanceId;
    this.clientId = facts.clientId;
    this.clientHost = facts.clientHost;
    this.rebalanceTimeoutMs = facts.rebalanceTimeoutMs;
    this.sessionTimeoutMs = facts.sessionTimeoutMs;
    this.protocols = facts.protocols;
  }

  get isStatic(): boolean {
    return this.groupInstanceId !== null;
  }

  /** Who waits for an answer cannot send heartbeats, and need not; but one that nobody has heard of again since its first join must not wait for ever. */
  get isHeldAlive(): boolean {
    return !this.isNew && (this.awaitingJoin !== null || this.awaitingSync !== null);
  }

  watch(watcher: Reply<GroupError>): void {
    this.tell(null);
    this.#watcher = watcher;
  }

  /** Once, whoever watches. */
  tell(error: GroupError): void {
    const watcher = this.#watcher;
    this.#watcher = null;
    watcher?.(error);
  }

  /** Its subscription for a protocol of the group. */
  metadata(protocolName: string | null): Uint8Array {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_BYTES;
  }

  /** As the leader is told of it. */
  joined(protocolName: string | null): JoinedMember {
    const { memberId, groupInstanceId } = this;
    return { memberId, groupInstanceId, metadata: this.metadata(protocolName) };
  }

  /** As the log is. */
  written(protocolName: string | null, assignment: Uint8Array): GroupMemberMetadata {
    return {
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      clientId: this.clientId,
      clientHost: this.clientHost,
      rebalanceTimeoutMs: this.rebalanceTimeoutMs,
      sessionTimeoutMs: this.sessionTimeoutMs,
      subscription: this.metadata(protocolName),
      assignment,
    };
  }

  /** The same protocols in the same order, with the same subscriptions. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    return sameProtocols(protocols, this.protocols);
  }
}
