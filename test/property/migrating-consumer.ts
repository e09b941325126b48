/**
 * A consumer that comes with the one protocol in one life and with the other in the next: see migrating-groups.test.ts. With the classic one it gives everything back before it
 * joins, or keeps what it has over a rebalance, and assigns when it leads.
 */
import { decodeAssignment, encodeAssignment } from '#millrace/group/assignment-format.js';
import type { ConsumerHeartbeatAnswer, ConsumerHeartbeatRequest } from '#millrace/group/consumer/consumer-requests.js';
import type { GroupError, JoinAnswer, MemberAssignment } from '#millrace/group/group-requests.js';
import { decodeSubscription, encodeSubscription } from '#millrace/group/subscription-format.js';
import type { Store } from '#millrace/main.js';
import type { EpochTruth } from './epoch-truth.ts';
import type { GroupSimulation } from './group-simulation.ts';
import type { Claim } from './group-truth.ts';
import { PARTITIONS, RECORDS } from './simulated-consumer.ts';

const SESSION_MS = 10_000;
const REBALANCE_MS = 20_000;
/** How long after it was heard of last it is surely in time: what was asked then may be answered late. */
const SURE_MS = SESSION_MS / 2;

export const MIGRATING_OPTIONS = { groupConsumerSessionTimeoutMs: SESSION_MS, groupConsumerHeartbeatIntervalMs: 1_000 };

type Protocol = 'eager' | 'cooperative' | 'consumer';

export class MigratingConsumer {
  readonly #world: GroupSimulation;
  readonly #truth: EpochTruth;
  readonly #others: readonly MigratingConsumer[];
  readonly #instance: string | null;
  readonly #name: string;
  readonly #classic: Protocol;
  #protocol: Protocol = 'eager';
  #life = 0;
  #memberId = '';
  #epoch = 0;
  #owned = new Set<number>();
  /** Partition to the offset of the next record. */
  readonly #positions = new Map<number, number>();
  #isMember = false;
  #mustTellAll = true;
  #heardAt = -Infinity;
  readonly #past: Claim[] = [];

  /** `others`: all of the group, itself too. */
  constructor(
    world: GroupSimulation,
    index: number,
    {
      truth,
      others,
      classic,
    }: { readonly truth: EpochTruth; readonly others: readonly MigratingConsumer[]; readonly classic: Protocol },
  ) {
    this.#world = world;
    this.#truth = truth;
    this.#others = others;
    this.#name = `c${index}`;
    this.#instance = index < 2 ? `i${index}` : null;
    this.#classic = classic;
  }

  /** What nobody else may be given. */
  get held(): ReadonlySet<number> {
    return this.#world.clock.now() < this.#heardAt + SURE_MS ? this.#owned : new Set();
  }

  async run(): Promise<void> {
    const { random } = this.#world;
    this.#begin();
    while (!this.#world.isOver) {
      if (this.#protocol === 'consumer') await this.#beat();
      else if (this.#isMember) await this.#heartbeat();
      else await this.#join();
      await this.#work();
      if (this.#world.isCalm || !random.chance(0.15)) await this.#world.sleep(random.between(50, 1_500));
      else await this.#misbehave();
    }
  }

  get #claim(): Claim {
    return { memberId: this.#memberId, groupInstanceId: this.#instance, generationId: this.#epoch };
  }

  #ask<T>(request: (coordinator: Store['groupCoordinator']) => Promise<T>): Promise<T | null> {
    return this.#world.ask((store) => request(store.groupCoordinator));
  }

  /** A new process, which knows nothing. */
  #begin(): void {
    const { random } = this.#world;
    const truth = this.#truth;
    this.#protocol = random.chance(0.5) ? 'consumer' : this.#classic;
    truth.count(this.#protocol);
    this.#memberId = this.#protocol === 'consumer' ? `${this.#name}.${this.#life++}` : '';
    this.#lose();
  }

  #lose(): void {
    this.#owned = new Set();
    this.#positions.clear();
    this.#isMember = false;
    this.#mustTellAll = true;
    this.#epoch = 0;
  }

  async #misbehave(): Promise<void> {
    const { random } = this.#world;
    const truth = this.#truth;
    const how = random.pick(['pause', 'restart', 'leave', 'late'] as const);
    truth.count(how);
    if (how === 'pause') await this.#world.sleep(random.between(2_000, 40_000));
    else if (how === 'restart') this.#begin();
    else if (how === 'leave') await this.#leave();
    else if (this.#past.length > 0) {
      const claim = random.pick(this.#past);
      const offsets = new Map([[random.between(0, PARTITIONS - 1), random.between(0, RECORDS)]]);
      if (truth.mustBeRefused(claim)) await this.#commit(claim, offsets);
    }
  }

  async #leave(): Promise<void> {
    const { memberId, groupInstanceId } = this.#claim;
    const isBackSoon = groupInstanceId !== null && this.#world.random.chance(0.5);
    if (this.#protocol === 'consumer') await this.#tell({ memberEpoch: isBackSoon ? -2 : -1 });
    else if (memberId !== '' && !isBackSoon)
      await this.#ask((groups) => groups.leave('g', [{ memberId, groupInstanceId, reason: null }]));
    this.#begin();
  }

  async #join(): Promise<void> {
    if (this.#protocol === 'eager') this.#take([]);
    let answer = await this.#askToJoin();
    if (answer?.error === 'MEMBER_ID_REQUIRED') {
      this.#memberId = answer.memberId;
      answer = await this.#askToJoin();
    }
    if (answer === null) return this.#truth.inDoubt(this.#memberId);
    if (answer.error !== null) return this.#react(answer.error);
    this.#memberId = answer.memberId;
    this.#epoch = answer.generationId;
    this.#past.push(this.#claim);
    this.#truth.joined(this.#claim);
    if (!this.#world.isCalm && this.#world.random.chance(0.05)) return this.#world.sleep(REBALANCE_MS + SESSION_MS);
    await this.#sync(answer);
  }

  #askToJoin(): Promise<JoinAnswer | null> {
    const ownedPartitions = Array.from(this.#owned, (partition) => ({ topic: 'orders', partition }));
    const said = { topics: ['orders'], userData: null, ownedPartitions, generationId: this.#epoch, rackId: null };
    const name = this.#protocol === 'eager' ? 'range' : 'cooperative-sticky';
    return this.#ask((groups) =>
      groups.join({
        groupId: 'g',
        memberId: this.#memberId,
        groupInstanceId: this.#instance,
        clientId: this.#name,
        clientHost: '/127.0.0.1',
        sessionTimeoutMs: SESSION_MS,
        rebalanceTimeoutMs: REBALANCE_MS,
        protocolType: 'consumer',
        protocols: [{ name, metadata: encodeSubscription(said) }],
        requiresKnownMemberId: true,
        supportsSkippingAssignment: true,
        reason: null,
      }),
    );
  }

  async #sync(joined: JoinAnswer): Promise<void> {
    const { protocolType, protocolName, leader, memberId, skipAssignment } = joined;
    this.#truth.led(leader === '');
    const assignments = leader === memberId && !skipAssignment ? assign(joined) : [];
    const claim = this.#claim;
    const answer = await this.#ask((groups) =>
      groups.sync({ groupId: 'g', ...claim, protocolType, protocolName, assignments }),
    );
    if (answer === null) return;
    if (answer.error !== null) return this.#react(answer.error);
    this.#isMember = true;
    const { assignment } = answer;
    const partitions =
      assignment.length === 0 ? [] : decodeAssignment(assignment).partitions.map(({ partition }) => partition);
    this.#heardAt = this.#world.clock.now();
    this.#truth.assigned(claim);
    if (this.#take(partitions)) this.#isMember = false;
  }

  async #heartbeat(): Promise<void> {
    const identity = { groupId: 'g', ...this.#claim };
    const askedAt = this.#world.clock.now();
    const answer = await this.#ask(async (groups) => ({ error: await groups.heartbeat(identity) }));
    if (answer === null) return;
    if (answer.error === null) this.#heardAt = askedAt;
    else this.#react(answer.error);
  }

  /** A heartbeat of the consumer protocol. */
  async #beat(): Promise<void> {
    const askedAt = this.#world.clock.now();
    const topic = await this.#topicId();
    if (topic === null) return;
    const whole = { rebalanceTimeoutMs: REBALANCE_MS, topicNames: ['orders'] };
    const owned = new Map(this.#owned.size > 0 ? [[topic, this.#owned]] : []);
    const answer = await this.#tell({ owned, ...(this.#mustTellAll ? whole : {}) });
    if (answer === null) {
      this.#truth.inDoubt(this.#memberId);
      this.#mustTellAll = true;
      return;
    }
    if (answer.error !== null) {
      this.#mustTellAll = true;
      return this.#react(answer.error);
    }
    this.#mustTellAll = false;
    this.#isMember = true;
    this.#epoch = answer.memberEpoch;
    this.#heardAt = askedAt;
    this.#past.push(this.#claim);
    this.#truth.joined(this.#claim);
    this.#truth.assigned(this.#claim);
    if (answer.assignment === null) return;
    const partitions = [...(answer.assignment.get(topic) ?? [])];
    this.#take(partitions);
  }

  #tell(facts: Partial<ConsumerHeartbeatRequest>): Promise<ConsumerHeartbeatAnswer | null> {
    const request: ConsumerHeartbeatRequest = {
      groupId: 'g',
      memberId: this.#memberId,
      memberEpoch: this.#epoch,
      instanceId: this.#instance,
      rackId: null,
      clientId: this.#name,
      clientHost: '/127.0.0.1',
      rebalanceTimeoutMs: -1,
      topicNames: null,
      topicPattern: null,
      assignor: null,
      owned: null,
      requiresMemberId: true,
      mayDescribe: () => true,
      ...facts,
    };
    return this.#ask((groups) => groups.consumerHeartbeat(request));
  }

  #topicId(): Promise<string | null> {
    return this.#world.ask(async (store) => store.topic('orders').id);
  }

  /** Has it let go of something? */
  #take(partitions: readonly number[]): boolean {
    const before = this.#owned;
    this.#owned = new Set(partitions);
    for (const partition of before) if (!this.#owned.has(partition)) this.#positions.delete(partition);
    for (const partition of partitions) {
      if (before.has(partition)) continue;
      const other = this.#others.find((each) => each !== this && each.held.has(partition));
      if (other !== undefined)
        this.#truth.fail(`partition ${partition} is given to ${this.#name}, and ${other.#name} has it`);
    }
    return [...before].some((partition) => !this.#owned.has(partition));
  }

  async #work(): Promise<void> {
    const { random } = this.#world;
    const truth = this.#truth;
    if (!this.#isMember || this.#owned.size === 0) return;
    await this.#findPositions();
    const claim = this.#claim;
    for (const [partition, position] of this.#positions) {
      const next = Math.min(position + random.between(0, 4), RECORDS);
      for (let offset = position; offset < next; offset++) truth.delivered(partition, offset);
      this.#positions.set(partition, next);
    }
    if (this.#positions.size > 0 && random.chance(0.6)) {
      const error = await this.#commit(claim, new Map(this.#positions));
      if (error !== null) this.#react(error);
    }
  }

  async #findPositions(): Promise<void> {
    const missing = [...this.#owned].filter((partition) => !this.#positions.has(partition));
    if (missing.length === 0) return;
    const partitions = missing.map((partition) => ({ topic: 'orders', partition }));
    const answer = await this.#ask((groups) => groups.offsets({ groupId: 'g', partitions, requireStable: true }));
    if (answer === null) return;
    for (const { partition, committed } of answer.offsets) {
      this.#truth.found(partition, committed?.offset ?? -1);
      this.#positions.set(partition, committed?.offset ?? 0);
    }
  }

  async #commit(claim: Claim, offsets: ReadonlyMap<number, number>): Promise<GroupError> {
    const truth = this.#truth;
    const mustBeRefused = truth.mustBeRefused(claim);
    const sent = Array.from(offsets, ([partition, offset]) => ({ topic: 'orders', partition, offset }));
    const answer = await this.#ask((groups) =>
      groups.commit({ groupId: 'g', ...claim, offsets: sent, retentionMs: -1 }),
    );
    if (answer === null) {
      if (!mustBeRefused) truth.unanswered(offsets);
      return null;
    }
    truth.committed(claim, offsets, answer.errors[0], mustBeRefused);
    return answer.errors[0];
  }

  #react(error: Exclude<GroupError, null>): void {
    this.#truth.count(error);
    if (error === 'REBALANCE_IN_PROGRESS') {
      this.#isMember = false;
      return;
    }
    // Its heartbeats will tell what has become of it.
    if (this.#protocol === 'consumer' && error === 'STALE_MEMBER_EPOCH') return;
    const isOther = error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID';
    this.#lose();
    if (this.#protocol !== 'consumer' && isOther) this.#memberId = '';
  }
}

/** By turns; what somebody else has is given to nobody before that one has let go of it. */
function assign({ members }: JoinAnswer): MemberAssignment[] {
  const said = members.map(({ memberId, metadata }) => ({ memberId, ...decodeSubscription(metadata) }));
  const newest = Math.max(...said.map(({ generationId }) => generationId));
  const owners = new Map<number, string>();
  for (const { memberId, ownedPartitions, generationId } of said)
    if (generationId === newest) for (const { partition } of ownedPartitions) owners.set(partition, memberId);
  return said.map(({ memberId }, index) => {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 'orders', partition })).filter(
      ({ partition }) => partition % said.length === index && (owners.get(partition) ?? memberId) === memberId,
    );
    return { memberId, assignment: encodeAssignment({ partitions, userData: null }) };
  });
}
