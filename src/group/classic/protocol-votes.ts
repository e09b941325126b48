/** Which assignor a generation uses: one that all members support, and of those the one that most of them like best. */
import { assert } from '../../assert.ts';
import type { MemberProtocol } from '../group-requests.ts';

export class ProtocolVotes {
  /** By protocol: how many members support it. */
  readonly #supporters = new Map<string, number>();

  add(protocols: readonly MemberProtocol[]): void {
    for (const { name } of protocols) this.#supporters.set(name, (this.#supporters.get(name) ?? 0) + 1);
  }

  remove(protocols: readonly MemberProtocol[]): void {
    for (const { name } of protocols) {
      const left = this.#supporters.get(name)! - 1;
      if (left === 0) this.#supporters.delete(name);
      else this.#supporters.set(name, left);
    }
  }

  /** `members`: how many there are. */
  isSupportedByAll(name: string, members: number): boolean {
    return (this.#supporters.get(name) ?? 0) === members;
  }

  /** Of two with as many votes, the one that was voted for first. */
  select(members: readonly { readonly protocols: readonly MemberProtocol[] }[]): string {
    const votes = new Map<string, number>();
    for (const { protocols } of members) {
      const choice = protocols.find(({ name }) => this.isSupportedByAll(name, members.length));
      assert(choice !== undefined, 'a member that supports none of the protocols of its group');
      votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    let chosen: string | null = null;
    for (const [name, count] of votes) if (chosen === null || count > votes.get(chosen)!) chosen = name;
    assert(chosen !== null, 'a group without members chooses no protocol');
    return chosen;
  }
}
