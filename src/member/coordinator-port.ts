/**
 * The coordinator's end of a port: answers members of groups that live in another thread. When that ends, or closes its end, its members leave, but for static ones, which may
 * come back. What makes no sense is refused or not heard.
 */
import type { MessagePort } from 'node:worker_threads';
import { isMillraceError, MillraceError } from '../errors.ts';
import type { JoinAnswer, JoinRequest, LeavingMember, GroupCoordinator } from '../group/group-requests.ts';
import { PORT_REQUESTS_MAX } from '../limits.ts';
import type { Logger } from '../types.ts';
import { checkQuestion, type PortQuestion, questionId } from './port-question.ts';

export class CoordinatorPort {
  readonly #port: MessagePort;
  readonly #coordinator: GroupCoordinator;
  readonly #logger: Logger;
  /** By group: dynamic members that have joined through it. */
  readonly #members = new Map<string, Set<string>>();
  #waiting = 0;
  #isClosed = false;
  readonly #onClosed: (port: CoordinatorPort) => void;

  /** Begins at once. The port does not keep the process alive. */
  constructor(
    port: MessagePort,
    coordinator: GroupCoordinator,
    { logger, onClosed }: { readonly logger: Logger; readonly onClosed: (port: CoordinatorPort) => void },
  ) {
    this.#port = port;
    this.#coordinator = coordinator;
    this.#logger = logger;
    this.#onClosed = onClosed;
    port.on('message', (message: unknown) => this.#hear(message));
    port.on('messageerror', (error) =>
      this.#logger.warn?.({ err: error }, 'a message to a group coordinator cannot be read'),
    );
    port.on('close', () => this.#end());
    port.unref();
  }

  /** The other end is told. Idempotent. */
  close(): void {
    this.#port.close();
  }

  #hear(message: unknown): void {
    const id = questionId(message);
    // Nobody could be answered.
    if (id === null) return;
    const question = checkQuestion(message);
    if (question === null)
      this.#refuse(
        id,
        new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', 'no question that a group coordinator is asked'),
      );
    else if (this.#waiting >= PORT_REQUESTS_MAX) {
      const text = `${this.#waiting} questions of this port wait for their answers`;
      this.#refuse(id, new MillraceError('ERR_MILLRACE_QUEUE_FULL', text));
    } else void this.#answer(question);
  }

  async #answer({ id, ask, of }: PortQuestion): Promise<void> {
    this.#waiting++;
    try {
      // Looked at by checkQuestion, method by method.
      const answer = await (this.#coordinator[ask] as (...given: readonly unknown[]) => Promise<unknown>)(...of);
      if (ask === 'join') this.#joined(of[0] as JoinRequest, answer as JoinAnswer);
      if (ask === 'leave') this.#left(of[0] as string, of[1] as readonly LeavingMember[]);
      this.#post({ id, answer });
    } catch (error) {
      this.#refuse(id, error);
    }
    this.#waiting--;
  }

  #joined({ groupId, groupInstanceId }: JoinRequest, { memberId }: JoinAnswer): void {
    if (memberId === '' || groupInstanceId !== null) return;
    if (this.#isClosed) return void this.#leave(groupId, [memberId]);
    const members = this.#members.get(groupId) ?? new Set();
    members.add(memberId);
    this.#members.set(groupId, members);
  }

  #left(groupId: string, leaving: readonly LeavingMember[]): void {
    const members = this.#members.get(groupId);
    for (const { memberId } of leaving) members?.delete(memberId);
    if (members?.size === 0) this.#members.delete(groupId);
  }

  #refuse(id: number, error: unknown): void {
    if (!isMillraceError(error)) this.#logger.error?.({ err: error }, 'a group coordinator has failed to answer');
    const { message } = error as Error;
    this.#post({ id, error: { code: isMillraceError(error) ? error.code : 'ERR_MILLRACE_IO', message } });
  }

  #post(message: object): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
    if (!this.#isClosed) this.#port.postMessage(message);
  }

  #end(): void {
    this.#isClosed = true;
    for (const [groupId, members] of this.#members) void this.#leave(groupId, [...members]);
    this.#members.clear();
    this.#onClosed(this);
  }

  async #leave(groupId: string, memberIds: readonly string[]): Promise<void> {
    const reason = 'the thread of the member has ended';
    try {
      const leaving = memberIds.map((memberId) => ({ memberId, groupInstanceId: null, reason }));
      await this.#coordinator.leave(groupId, leaving);
    } catch (error) {
      // Its sessions end, or the store is closed.
      this.#logger.debug?.({ err: error, groupId, memberIds }, 'members of a thread that has ended could not leave');
    }
  }
}
