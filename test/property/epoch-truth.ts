/**
 * What must hold of a group whose members have epochs of their own: as GroupTruth, but that of two members one may be ahead, and none goes back. Epochs begin anew when a group
 * without members goes from one protocol to the other, so who owned what is for members to know.
 */
import { type Claim, GroupTruth } from './group-truth.ts';

export class EpochTruth extends GroupTruth {
  /** By member: the epoch that this coordinator has told it last, and that it was last assigned something in. */
  #told = new Map<string, number>();
  readonly #assigned = new Map<string, number>();
  /** By instance: who has it now. */
  readonly #instances = new Map<string, string>();

  #isLedByBroker = false;

  /** How often the group has gone from one protocol to the other, as those see it who join with the classic one. */
  led(byBroker: boolean): void {
    if (byBroker !== this.#isLedByBroker) this.count(byBroker ? 'upgraded' : 'downgraded');
    this.#isLedByBroker = byBroker;
  }

  override ended(): void {
    super.ended();
    this.#told = new Map();
  }

  /** It has had no answer: nobody knows in which epoch it is. */
  inDoubt(memberId: string): void {
    this.#told.delete(memberId);
    this.#assigned.delete(memberId);
  }

  override joined({ memberId, generationId }: Claim): void {
    this.#told.set(memberId, generationId);
  }

  override assigned({ memberId, groupInstanceId, generationId }: Claim): void {
    this.count('assigned');
    this.#assigned.set(memberId, generationId);
    if (groupInstanceId !== null) this.#instances.set(groupInstanceId, memberId);
  }

  override mustBeRefused({ memberId, groupInstanceId, generationId }: Claim): boolean {
    const [told, assigned] = [this.#told.get(memberId), this.#assigned.get(memberId)];
    if (told !== undefined && generationId !== told) return true;
    if (told === undefined && assigned !== undefined && generationId < assigned) return true;
    const owner = this.#instances.get(groupInstanceId ?? '');
    return owner !== undefined && owner !== memberId && this.#assigned.has(memberId);
  }
}
