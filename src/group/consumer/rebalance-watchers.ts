/** Members in the same process that are told as soon as they have to join again, so that they need not wait for their next heartbeat. */
import type { Reply } from '../classic/group-environment.ts';
import type { GroupError, MemberIdentity } from '../group-requests.ts';

export class RebalanceWatchers {
  readonly #errorOf: (identity: MemberIdentity) => GroupError;
  /** By member ids. */
  readonly #watchers = new Map<string, { readonly identity: MemberIdentity; readonly reply: Reply<GroupError> }>();

  /** `errorOf`: what a heartbeat would be told. */
  constructor(errorOf: (identity: MemberIdentity) => GroupError) {
    this.#errorOf = errorOf;
  }

  /** Told at once where a heartbeat would be. Of two with one id the later one counts; the other is told null. */
  watch(identity: MemberIdentity, reply: Reply<GroupError>): void {
    const error = this.#errorOf(identity);
    if (error !== null) return reply(error);
    const { memberId } = identity;
    this.#watchers.get(memberId)?.reply(null);
    this.#watchers.set(memberId, { identity, reply });
  }

  /** The group is another one than before. */
  look(): void {
    for (const [memberId, { identity, reply }] of this.#watchers) {
      const error = this.#errorOf(identity);
      if (error === null) continue;
      this.#watchers.delete(memberId);
      reply(error);
    }
  }

  /** Tells all of them. */
  end(error: GroupError): void {
    for (const { reply } of this.#watchers.values()) reply(error);
    this.#watchers.clear();
  }
}
