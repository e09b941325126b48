/**
 * One step of a group of the consumer protocol: the records that it is made of, in the order in which Kafka writes them. Each is applied when it is added, so
 * that what follows sees it; a step that is refused, or cannot be written, is taken back.
 */
import type { ConsumerMember } from './consumer-member.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import type { ConsumerRecord } from './consumer-record.ts';

export class ConsumerGroupChange {
  readonly records: ConsumerRecord[] = [];
  readonly #state: ConsumerGroupState;
  readonly #undo: ConsumerRecord[] = [];

  constructor(state: ConsumerGroupState) {
    this.#state = state;
  }

  add(record: ConsumerRecord): void {
    this.records.push(record);
    this.#undo.push(this.#state.apply(record));
  }

  rollBack(): void {
    for (const record of this.#undo.toReversed()) this.#state.apply(record);
    this.#undo.length = 0;
    this.records.length = 0;
  }

  /** Takes part of the step; where that throws nothing of the step has been taken. */
  attempt<Done>(take: () => Done): Done {
    try {
      return take();
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  bumpEpoch(metadataHash: bigint): void {
    const { groupId, epoch } = this.#state;
    this.add({ kind: 'group', groupId, value: { epoch: epoch + 1, metadataHash } });
  }

  removeMember(memberId: string): void {
    const { groupId } = this.#state;
    for (const kind of ['current', 'target', 'member'] as const) this.add({ kind, groupId, memberId, value: null });
  }

  /** A static member is back with another id: it gets all that was the old one's. */
  replaceMember(old: ConsumerMember, { memberId, subscription, current }: ConsumerMember): void {
    const { groupId } = this.#state;
    const target = this.#state.target(old.memberId);
    this.removeMember(old.memberId);
    this.add({ kind: 'member', groupId, memberId, value: subscription });
    this.add({ kind: 'target', groupId, memberId, value: target });
    this.add({ kind: 'current', groupId, memberId, value: current });
  }

  /** Expressions that nobody has any more stand for nothing. */
  forgetPatterns(patterns: Iterable<string>): void {
    const { groupId } = this.#state;
    for (const pattern of patterns)
      if (this.#state.subscribersOf(pattern) === 0) this.add({ kind: 'pattern', groupId, pattern, value: null });
  }

  /** All of the group, which has no members to speak of. */
  forgetGroup(): void {
    const { groupId } = this.#state;
    const memberIds = [...this.#state.members.keys()];
    for (const memberId of memberIds) this.add({ kind: 'current', groupId, memberId, value: null });
    for (const memberId of memberIds) this.add({ kind: 'target', groupId, memberId, value: null });
    this.add({ kind: 'targetEpoch', groupId, value: null });
    for (const memberId of memberIds) this.add({ kind: 'member', groupId, memberId, value: null });
    for (const pattern of this.#state.patterns.keys()) this.add({ kind: 'pattern', groupId, pattern, value: null });
    this.add({ kind: 'topics', groupId, value: null });
    this.add({ kind: 'group', groupId, value: null });
  }
}
