/** A consumer as clients write them, with bad habits: see group-simulation.ts. */
import type { JoinAnswer, JoinRequest } from '#millrace/group/group-requests.js';
import type { Store } from '#millrace/main.js';
import type { Random } from '../support/random.ts';
import type { Claim, GroupTruth } from './group-truth.ts';

/** Of the topic that is consumed. */
export const PARTITIONS = 4;
export const RECORDS = 30;

/** What a consumer lives in. */
export interface GroupWorld {
  readonly random: Random;
  readonly truth: GroupTruth;
  /** Consumers do nothing out of the ordinary any more. */
  readonly isCalm: boolean;
  readonly isOver: boolean;
  /** Null where the answer is lost, as that of a coordinator that has died. */
  ask<T>(request: (store: Store) => Promise<T>): Promise<T | null>;
  sleep(ms: number): Promise<void>;
}

const SESSION_MS = 10_000;
const REBALANCE_MS = 20_000;

export class SimulatedConsumer {
  /** Of another group, which nobody looks at. */
  static readonly stranger: JoinRequest = {
    groupId: 'other',
    memberId: '',
    groupInstanceId: null,
    clientId: 'c',
    clientHost: '/127.0.0.1',
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.from('orders') }],
    requiresKnownMemberId: true,
    supportsSkippingAssignment: true,
    reason: null,
  };
  readonly #simulation: GroupWorld;
  readonly #instance: string | null;
  readonly #name: string;
  #memberId = '';
  #generationId = -1;
  /** Partition to the offset of the next record. */
  #positions = new Map<number, number>();
  #isMember = false;
  /** What it once was. */
  readonly #past: Claim[] = [];

  constructor(simulation: GroupWorld, number: number) {
    this.#simulation = simulation;
    this.#name = `c${number}`;
    this.#instance = number < 2 ? `i${number}` : null;
  }

  async run(): Promise<void> {
    const { random } = this.#simulation;
    while (!this.#simulation.isOver) {
      if (!this.#isMember) await this.#join();
      else await this.#work();
      if (this.#simulation.isCalm || !random.chance(0.15)) await this.#sleep(random.between(50, 1_500));
      else await this.#misbehave();
    }
  }

  get #claim(): Claim {
    return { memberId: this.#memberId, groupInstanceId: this.#instance, generationId: this.#generationId };
  }

  #sleep(ms: number): Promise<void> {
    return this.#simulation.sleep(ms);
  }

  async #misbehave(): Promise<void> {
    const { random, truth } = this.#simulation;
    const how = random.pick(['pause', 'pause', 'restart', 'leave', 'late', 'late', 'again'] as const);
    truth.count(how);
    if (how === 'pause') await this.#sleep(random.between(2_000, 40_000));
    else if (how === 'restart') this.#lose();
    else if (how === 'leave') await this.#leave();
    else if (how === 'late' && this.#past.length > 0) {
      const partition = random.between(0, PARTITIONS - 1);
      // It commits what it has not read, as one that has lost all count of itself.
      await this.#commit(random.pick(this.#past), new Map([[partition, random.between(0, RECORDS)]]), true);
    } else if (how === 'again') this.#isMember = false;
  }

  /** Comes back without its id, if at all; one with an instance takes its own place. */
  #lose(): void {
    this.#isMember = false;
    this.#memberId = '';
  }

  async #leave(): Promise<void> {
    const member = { memberId: this.#memberId, groupInstanceId: this.#instance, reason: null };
    await this.#simulation.ask((store) => store.groupCoordinator.leave('g', [member]));
    this.#lose();
  }

  async #join(): Promise<void> {
    const { truth } = this.#simulation;
    let answer = await this.#askToJoin();
    if (answer?.error === 'MEMBER_ID_REQUIRED') {
      this.#memberId = answer.memberId;
      answer = await this.#askToJoin();
    }
    if (answer === null) return;
    if (answer.error !== null) {
      truth.count(`join: ${answer.error}`);
      if (answer.error === 'UNKNOWN_MEMBER_ID' || answer.error === 'FENCED_INSTANCE_ID') this.#memberId = '';
      return;
    }
    this.#memberId = answer.memberId;
    this.#generationId = answer.generationId;
    this.#past.push(this.#claim);
    if (answer.skipAssignment) truth.count('skipped');
    if (!this.#simulation.isCalm && this.#simulation.random.chance(0.05)) return this.#sleep(30_000);
    await this.#sync(answer);
  }

  async #askToJoin(): Promise<JoinAnswer | null> {
    const { truth } = this.#simulation;
    const request = { ...SimulatedConsumer.stranger, groupId: 'g', clientId: this.#name };
    const rest = { memberId: this.#memberId, groupInstanceId: this.#instance };
    const answer = await this.#simulation.ask((store) => store.groupCoordinator.join({ ...request, ...rest }));
    if (answer?.error === null) truth.joined({ ...rest, memberId: answer.memberId, generationId: answer.generationId });
    return answer;
  }

  async #sync({ members, leader, memberId, skipAssignment }: JoinAnswer): Promise<void> {
    const { truth } = this.#simulation;
    const isAssigning = leader === memberId && !skipAssignment;
    const assignments = members.map((member, index) => {
      const own = Array.from({ length: PARTITIONS }, (_, i) => i).filter((i) => i % members.length === index);
      return { memberId: member.memberId, assignment: Buffer.from(own) };
    });
    const request = { groupId: 'g', ...this.#claim, protocolType: 'consumer', protocolName: 'range' };
    const claim = this.#claim;
    const answer = await this.#simulation.ask((store) =>
      store.groupCoordinator.sync({ ...request, assignments: isAssigning ? assignments : [] }),
    );
    if (answer === null || answer.error !== null) {
      if (answer !== null) truth.count(`sync: ${answer.error}`);
      if (answer?.error === 'UNKNOWN_MEMBER_ID' || answer?.error === 'FENCED_INSTANCE_ID') this.#memberId = '';
      return;
    }
    const partitions = [...answer.assignment];
    truth.assigned(claim, partitions);
    this.#isMember = true;
    await this.#findPositions(partitions);
  }

  async #findPositions(partitions: readonly number[]): Promise<void> {
    const { truth } = this.#simulation;
    const asked = partitions.map((partition) => ({ topic: 'orders', partition }));
    const query = { groupId: 'g', partitions: asked, requireStable: true };
    const answer = await this.#simulation.ask((store) => store.groupCoordinator.offsets(query));
    if (answer === null) return this.#lose();
    this.#positions = new Map();
    for (const { partition, committed } of answer.offsets) {
      truth.found(partition, committed?.offset ?? -1);
      this.#positions.set(partition, committed?.offset ?? 0);
    }
  }

  async #work(): Promise<void> {
    const { random, truth } = this.#simulation;
    for (const [partition, position] of this.#positions) {
      const next = Math.min(position + random.between(0, 4), RECORDS);
      for (let offset = position; offset < next; offset++) truth.delivered(partition, offset);
      this.#positions.set(partition, next);
    }
    if (this.#positions.size > 0 && random.chance(0.6))
      await this.#commit(this.#claim, new Map(this.#positions), false);
    if (this.#isMember) await this.#heartbeat();
  }

  async #heartbeat(): Promise<void> {
    const identity = { groupId: 'g', ...this.#claim };
    const error = await this.#simulation.ask((store) => store.groupCoordinator.heartbeat(identity));
    if (error !== null) this.#react(error);
  }

  async #commit(claim: Claim, offsets: ReadonlyMap<number, number>, isLate: boolean): Promise<void> {
    const { truth } = this.#simulation;
    const mustBeRefused = truth.mustBeRefused(claim);
    // Who sends what it was long ago, and still is, is no liar.
    if (isLate && !mustBeRefused) return;
    const sent = Array.from(offsets, ([partition, offset]) => ({ topic: 'orders', partition, offset }));
    const request = { groupId: 'g', ...claim, offsets: sent, retentionMs: -1 };
    const answer = await this.#simulation.ask((store) => store.groupCoordinator.commit(request));
    if (answer === null) {
      if (!mustBeRefused) truth.unanswered(offsets);
      return;
    }
    truth.committed(claim, offsets, answer.errors[0], mustBeRefused);
    if (!isLate && answer.errors[0] !== null) this.#react(answer.errors[0]);
  }

  #react(error: string): void {
    this.#isMember = false;
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') this.#memberId = '';
  }
}
