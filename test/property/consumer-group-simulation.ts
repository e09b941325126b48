/**
 * Members of one group of the consumer protocol against a coordinator that begins anew now and then, whose log is compacted and cannot always be written; requests and answers are
 * lost. They join, leave, crash, pause, come back under their instance, move, subscribe to something else, and take their time to let go; topics are made, grow and go.
 *
 * Whoever begins anew knows what was known before. What must hold else is seen from the members: nobody is given what somebody has who is still heard of and still in
 * time; and when all is calm, each partition that is subscribed to is somebody's, and the coordinator knows whose.
 */
import { inspect, isDeepStrictEqual } from 'node:util';
import type { PartitionsById } from '#millrace/group/assignor/server-assignor.js';
import type { ConsumerHeartbeatAnswer, ConsumerHeartbeatRequest } from '#millrace/group/consumer/consumer-requests.js';
import { includesAll } from '#millrace/group/consumer/partition-sets.js';
import { ConsumerClient } from '../group/consumer/consumer-client.ts';
import { ConsumerRig } from '../group/consumer/consumer-rig.ts';
import type { Random } from '../support/random.ts';

const SESSION_MS = 45_000;
const REBALANCE_MS = 20_000;
const MEMBERS = 5;
const TOPICS = ['a', 'b', 'c'];
const SUBSCRIPTIONS = [['a'], ['a', 'b'], ['a', 'b', 'c'], ['b'], ['b', 'c'], []];
const GONE = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'GROUP_ID_NOT_FOUND']);

/** By ids: a topic that is made again is another one. */
function partitionsOf(partitions: PartitionsById): string[] {
  return Array.from(partitions, ([topicId, indexes]) => Array.from(indexes, (index) => `${topicId}-${index}`))
    .flat()
    .sort();
}

class SimulatedMember {
  readonly #world: ConsumerGroupSimulation;
  readonly #instanceId: string | null;
  readonly #index: number;
  #incarnation = 0;
  #clientHost = '/127.0.0.1';
  client!: ConsumerClient;
  topicNames: readonly string[] = ['a', 'b'];
  isIn = false;
  /** Since when it has had no answer, or none of use: what it was told first then it does not know. */
  #inDoubtSince: number | null = null;
  #heardAt = -Infinity;
  /** Until when it must have let go of what it has been told to. */
  #deadline = Infinity;

  constructor(world: ConsumerGroupSimulation, index: number) {
    this.#world = world;
    this.#index = index;
    this.#instanceId = index < 2 ? `instance ${index}` : null;
    this.begin();
  }

  get isStatic(): boolean {
    return this.#instanceId !== null;
  }

  /** A new process of it, which knows nothing. */
  begin(): void {
    const facts = { instanceId: this.#instanceId };
    this.client = new ConsumerClient(() => null!, `m${this.#index}.${this.#incarnation++}`, facts);
    this.isIn = false;
    this.#inDoubtSince = null;
    this.#deadline = Infinity;
  }

  /** Those that nobody else may have. */
  get held(): readonly string[] {
    const { now } = this.#world;
    // An answer that was lost may have told it to let go.
    const end = Math.min(this.#heardAt + SESSION_MS, this.#deadline, (this.#inDoubtSince ?? Infinity) + REBALANCE_MS);
    return this.isIn && now < end ? partitionsOf(this.client.owned) : [];
  }

  revoke(): void {
    this.client.revoke();
  }

  heartbeat(): void {
    const { client } = this;
    const whole = { rebalanceTimeoutMs: REBALANCE_MS, topicNames: this.topicNames };
    if (!this.isIn) client.epoch = 0;
    const owned: PartitionsById = this.isIn ? client.owned : new Map();
    const request = this.#request({ owned, ...(!this.isIn || this.#inDoubtSince !== null ? whole : {}) });
    this.#settle(this.#world.ask(request));
  }

  subscribe(topicNames: readonly string[]): void {
    this.topicNames = topicNames;
    if (this.isIn) this.#settle(this.#world.ask(this.#request({ owned: this.client.owned, topicNames })));
  }

  /** To another address: it says all that it has said before, and nobody gets anything else. */
  move(clientHost: string): void {
    this.#clientHost = clientHost;
    this.heartbeat();
  }

  /** It shows an epoch of long ago. */
  stale(): void {
    const memberEpoch = this.client.epoch - 2;
    if (this.isIn && memberEpoch > 0)
      this.#settle(this.#world.ask(this.#request({ memberEpoch, owned: this.client.owned })));
  }

  leave(memberEpoch: number): void {
    if (this.isIn) this.#world.ask(this.#request({ memberEpoch }));
    this.begin();
  }

  #request(facts: Partial<ConsumerHeartbeatRequest>): ConsumerHeartbeatRequest {
    return this.client.request({ clientHost: this.#clientHost, ...facts });
  }

  #settle(answer: ConsumerHeartbeatAnswer | null): void {
    if (answer === null || answer.error !== null) this.#inDoubtSince ??= this.#world.now;
    if (answer === null) return;
    this.#world.count(answer.error ?? 'heard');
    if (answer.error !== null && GONE.has(answer.error)) this.#lose();
    else if (answer.error === 'UNRELEASED_INSTANCE_ID' || answer.error === 'FENCED_INSTANCE_ID') this.begin();
    if (answer.error === null) this.#take(answer);
  }

  #lose(): void {
    const { memberId } = this.client;
    this.begin();
    // It joins again under the id that it has.
    this.client.memberId = memberId;
  }

  #take({ memberEpoch, assignment }: ConsumerHeartbeatAnswer): void {
    const { client } = this;
    if (!this.isIn) client.owned = new Map();
    this.isIn = true;
    this.#heardAt = this.#world.now;
    client.epoch = memberEpoch;
    if (assignment === null) {
      this.#inDoubtSince = null;
      // What it has let go of counts when it has said so.
      if (includesAll(client.assigned, client.owned)) this.#deadline = Infinity;
      return;
    }
    const had = new Set(partitionsOf(client.owned));
    const given = partitionsOf(assignment);
    this.#world.given(
      this,
      given.filter((partition) => !had.has(partition)),
    );
    client.assigned = assignment;
    const wanted = new Set(given);
    const mustLetGo = [...had].some((partition) => !wanted.has(partition));
    const owned = new Map<string, Set<number>>();
    for (const partitions of [client.owned, assignment])
      for (const [topicId, indexes] of partitions)
        owned.set(topicId, new Set([...(owned.get(topicId) ?? []), ...indexes]));
    client.owned = owned;
    const toldAt = this.#inDoubtSince ?? this.#world.now;
    this.#deadline = mustLetGo ? Math.min(this.#deadline, toldAt + REBALANCE_MS) : Infinity;
    this.#inDoubtSince = null;
  }
}

export class ConsumerGroupSimulation {
  readonly random: Random;
  readonly counts: Record<string, number> = {};
  #rig!: ConsumerRig;
  #members: SimulatedMember[] = [];
  #isCalm = false;

  constructor(random: Random) {
    this.random = random;
  }

  get now(): number {
    return this.#rig.clock.now();
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  async run(steps: number): Promise<void> {
    const assignors = this.random.chance(0.5) ? ['uniform', 'range'] : ['range'];
    this.#rig = await ConsumerRig.make({ a: 4, b: 3 }, { groupConsumerAssignors: assignors });
    this.#members = Array.from({ length: MEMBERS }, (_, index) => new SimulatedMember(this, index));
    for (let step = 0; step < steps; step++) this.#step();
    this.#settle();
    this.#check();
    this.#rig.groups.close();
  }

  /** Null: the request was lost, or its answer. */
  ask(request: ConsumerHeartbeatRequest): ConsumerHeartbeatAnswer | null {
    if (!this.#isCalm && this.random.chance(0.03)) return null;
    const answer = this.#rig.groups.heartbeat(request);
    if (this.#isCalm || !this.random.chance(0.05)) return answer;
    this.count('lost');
    return null;
  }

  given(member: SimulatedMember, partitions: readonly string[]): void {
    for (const other of this.#members) {
      if (other === member) continue;
      const twice = other.held.filter((partition) => partitions.includes(partition));
      if (twice.length > 0)
        throw new Error(`${member.client.memberId} is given ${twice.join()}, which ${other.client.memberId} has`);
    }
    if (partitions.length > 0) this.count('given');
  }

  #step(): void {
    const { random } = this;
    const member = random.pick(this.#members);
    const events: readonly [probability: number, what: string, run: () => void][] = [
      [0.5, 'heartbeat', () => member.heartbeat()],
      [0.2, 'let go', () => member.revoke()],
      [0.03, 'leave', () => member.leave(-1)],
      [0.03, 'crash', () => member.begin()],
      [0.03, 'pause', () => member.leave(member.isStatic ? -2 : -1)],
      [0.03, 'subscribe', () => member.subscribe(random.pick(SUBSCRIPTIONS))],
      [0.03, 'topic', () => this.#changeTopic()],
      [0.02, 'move', () => this.#move()],
      [0.02, 'stale', () => member.stale()],
      [0.02, 'restart', () => this.#restart()],
      [0.02, 'compaction', () => this.#compact()],
      [0.02, 'failure', () => (this.#rig.failure = random.chance(0.3) ? 'NOT_COORDINATOR' : null)],
      [1, 'time', () => this.#rig.clock.advance(random.between(0, random.chance(0.1) ? 30_000 : 2_000))],
    ];
    let drawn = random.fraction();
    for (const [probability, what, run] of events) {
      drawn -= probability;
      if (drawn >= 0) continue;
      this.count(what);
      run();
      return;
    }
  }

  /** What was written is all that the next coordinator needs. */
  #restart(): void {
    const before = this.#told();
    this.#rig.load();
    const after = this.#told();
    if (!isDeepStrictEqual(after, before))
      throw new Error(`after a restart the group is ${inspect(after)}, and was ${inspect(before)}`);
  }

  #compact(): void {
    const { random } = this;
    this.#rig.compact(random.between(0, this.#rig.log.length), random.chance(0.5));
    this.#restart();
  }

  /** All that is known of the group, but for the order. */
  #told(): unknown {
    const state = this.#rig.groups.get('g')?.state;
    if (state === undefined) return null;
    const { epoch, assignmentEpoch, metadataHash, members, targets } = state;
    return { epoch, assignmentEpoch, metadataHash, members: new Map(members), targets: new Map(targets) };
  }

  /** All of them: what each said first is then newer than what it is to have. */
  #move(): void {
    const clientHost = `/${this.random.between(0, 255)}`;
    for (const member of this.#members) member.move(clientHost);
  }

  #changeTopic(): void {
    const { random } = this;
    const { topics } = this.#rig;
    const name = random.pick(TOPICS);
    const known = topics.find(name);
    if (known === null) topics.set(name, random.between(1, 4));
    else if (known.partitionCount < 8 && random.chance(0.7)) topics.set(name, known.partitionCount + 1);
    else topics.delete(name);
  }

  /** Nothing is lost from here on, and everybody does what it should. */
  #settle(): void {
    this.#isCalm = true;
    this.#rig.failure = null;
    // Crashed ones are missed, and timers that could not write try again.
    for (let round = 0; round < 60; round++) {
      for (const member of this.#members) {
        member.heartbeat();
        member.revoke();
      }
      this.#rig.clock.advance(2_000);
    }
  }

  #check(): void {
    const { state } = this.#rig.groups.get('g')!;
    if (state.state !== 'Stable') throw new Error(`at the end the group is ${state.state}`);
    if (state.members.size !== MEMBERS) throw new Error(`at the end the group has ${state.members.size} members`);
    const wanted = new Set<string>();
    for (const { topicNames } of this.#members)
      for (const name of topicNames) {
        const topic = this.#rig.topics.find(name);
        for (let i = 0; i < (topic?.partitionCount ?? 0); i++)
          wanted.add(partitionsOf(new Map([[topic!.id, new Set([i])]]))[0]);
      }
    const held = this.#members.flatMap((member) => member.held).sort();
    if (held.join() !== [...wanted].sort().join())
      throw new Error(`held are ${held.join()}, not ${[...wanted].join()}`);
    for (const { client } of this.#members) {
      const known = partitionsOf(state.members.get(client.memberId)!.current.assigned);
      if (known.join() !== partitionsOf(client.owned).join())
        throw new Error(`${client.memberId} has not what is known`);
    }
  }
}
