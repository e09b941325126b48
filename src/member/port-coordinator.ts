/**
 * A group coordinator of another thread, asked over a port that `store.coordinatorPort()` has given. All consumers of this thread that were given the port share it. It keeps the
 * thread alive while somebody waits for an answer. When the port is closed, whoever waits and whoever asks is told CLOSED.
 */
import { MessagePort } from 'node:worker_threads';
import { type ErrorCode, errorCodes, invalidArgument, MillraceError } from '../errors.ts';
import type {
  CommitAnswer,
  CommitRequest,
  GroupDescription,
  GroupError,
  GroupListing,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberIdentity,
  GroupCoordinator,
  OffsetAnswer,
  OffsetDeletionAnswer,
  OffsetQuery,
  SyncAnswer,
  SyncRequest,
  TransactionalCommitRequest,
} from '../group/group-requests.ts';
import type { TopicPartition } from '../types.ts';
import { type Ask, questionId } from './port-question.ts';

interface Asked {
  /** Somebody waits for its answer: the thread is kept alive. */
  readonly keepsAlive: boolean;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

const known = new WeakMap<MessagePort, PortCoordinator>();

export class PortCoordinator implements GroupCoordinator {
  readonly #port: MessagePort;
  readonly #asked = new Map<number, Asked>();
  #count = 0;
  #waiting = 0;
  #isClosed = false;

  /** The same one for the same port. Errors: INVALID_ARGUMENT for what is none. */
  static of(port: unknown): PortCoordinator {
    if (!(port instanceof MessagePort))
      throw invalidArgument('coordinator', 'a port of store.coordinatorPort() of the thread that writes', port);
    const coordinator = known.get(port) ?? new PortCoordinator(port);
    known.set(port, coordinator);
    return coordinator;
  }

  private constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (message: unknown) => this.#hear(message));
    port.on('close', () => this.#end());
    port.unref();
  }

  join(request: JoinRequest): Promise<JoinAnswer> {
    return this.#ask('join', request);
  }

  sync(request: SyncRequest): Promise<SyncAnswer> {
    return this.#ask('sync', request);
  }

  heartbeat({ groupId, memberId, groupInstanceId, generationId }: MemberIdentity): Promise<GroupError> {
    return this.#ask('heartbeat', { groupId, memberId, groupInstanceId, generationId });
  }

  untilRebalance({ groupId, memberId, groupInstanceId, generationId }: MemberIdentity): Promise<GroupError> {
    return this.#ask('untilRebalance', { groupId, memberId, groupInstanceId, generationId });
  }

  leave(groupId: string, members: readonly LeavingMember[]): Promise<LeaveAnswer> {
    return this.#ask('leave', groupId, members);
  }

  commit(request: CommitRequest): Promise<CommitAnswer> {
    return this.#ask('commit', request);
  }

  commitInTransaction(request: TransactionalCommitRequest): Promise<CommitAnswer> {
    return this.#ask('commitInTransaction', request);
  }

  offsets({ groupId, partitions, requireStable }: OffsetQuery): Promise<OffsetAnswer> {
    // Not what else the caller's objects have.
    const places = partitions?.map(({ topic, partition }) => ({ topic, partition })) ?? null;
    return this.#ask('offsets', { groupId, partitions: places, requireStable });
  }

  describe(groupIds: readonly string[]): Promise<GroupDescription[]> {
    return this.#ask('describe', groupIds);
  }

  list(): Promise<GroupListing[]> {
    return this.#ask('list');
  }

  deleteGroups(groupIds: readonly string[]): Promise<GroupError[]> {
    return this.#ask('deleteGroups', groupIds);
  }

  deleteOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<OffsetDeletionAnswer> {
    return this.#ask('deleteOffsets', groupId, partitions);
  }

  #ask<T>(ask: Ask, ...of: readonly unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) return reject(closed());
      const id = this.#count++;
      const keepsAlive = ask !== 'untilRebalance';
      this.#asked.set(id, { resolve, reject, keepsAlive });
      if (keepsAlive && this.#waiting++ === 0) this.#port.ref();
      this.#post({ id, ask, of });
    });
  }

  #hear(message: unknown): void {
    const id = questionId(message);
    const asked = id === null ? undefined : this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id!);
    if (asked.keepsAlive && --this.#waiting === 0) this.#port.unref();
    const { answer, error } = message as { answer: never; error?: { code?: unknown; message?: unknown } };
    if (error === undefined) asked.resolve(answer);
    else asked.reject(toldBy(error));
  }

  #post(message: object): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
    if (!this.#isClosed) this.#port.postMessage(message);
  }

  #end(): void {
    this.#isClosed = true;
    for (const { reject } of this.#asked.values()) reject(closed());
    this.#asked.clear();
  }
}

function toldBy({ code, message }: { code?: unknown; message?: unknown }): MillraceError {
  const isKnown = typeof code === 'string' && Object.hasOwn(errorCodes, code);
  return new MillraceError(isKnown ? (code as ErrorCode) : 'ERR_MILLRACE_IO', String(message));
}

function closed(): MillraceError {
  return new MillraceError('ERR_MILLRACE_CLOSED', 'the port to the group coordinator is closed');
}
