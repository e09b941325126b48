/** A member of a group of the consumer protocol as its client is: it keeps what it was told, and lets go of what is taken from it when the test says so. */
import type { PartitionsById } from '#millrace/group/assignor/server-assignor.js';
import type { ConsumerHeartbeatAnswer, ConsumerHeartbeatRequest } from '#millrace/group/consumer/consumer-requests.js';
import type { Store } from '#millrace/main.js';
import { randomUuid } from '#millrace/store/uuid.js';

export type Facts = Partial<ConsumerHeartbeatRequest>;
type Ask = (request: ConsumerHeartbeatRequest) => ConsumerHeartbeatAnswer;

export class ConsumerClient {
  readonly #ask: Ask;
  readonly facts: Facts;
  memberId: string;
  epoch = 0;
  /** What it was told that it has. */
  assigned: PartitionsById = new Map();
  /** What it has: it lets go only in `revoke`. */
  owned: PartitionsById = new Map();

  constructor(ask: Ask, memberId: string, facts: Facts = {}) {
    this.#ask = ask;
    this.memberId = memberId;
    this.facts = facts;
  }

  /** A request that says nothing but who it is. */
  request(facts: Facts = {}): ConsumerHeartbeatRequest {
    return {
      groupId: this.facts.groupId ?? 'g',
      memberId: this.memberId,
      memberEpoch: this.epoch,
      instanceId: this.facts.instanceId ?? null,
      rackId: null,
      clientId: 'client',
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
  }

  send(facts: Facts = {}): ConsumerHeartbeatAnswer {
    const answer = this.#ask(this.request(facts));
    if (answer.error !== null) return answer;
    this.epoch = answer.memberEpoch;
    if (answer.assignment !== null) this.#take(answer.assignment);
    return answer;
  }

  join(facts: Facts = {}): ConsumerHeartbeatAnswer {
    this.epoch = 0;
    this.assigned = new Map();
    this.owned = new Map();
    const subscription = this.facts.topicPattern === undefined ? { topicNames: ['t'] } : {};
    return this.send({ rebalanceTimeoutMs: 60_000, owned: new Map(), ...subscription, ...this.facts, ...facts });
  }

  /** Says what it has. */
  heartbeat(facts: Facts = {}): ConsumerHeartbeatAnswer {
    return this.send({ owned: this.owned, ...facts });
  }

  /** Lets go of what it is no longer to have. */
  revoke(): void {
    this.owned = this.assigned;
  }

  leave(memberEpoch = -1): ConsumerHeartbeatAnswer {
    return this.#ask(this.request({ memberEpoch }));
  }

  /** `topic id-partition`, for comparing. */
  get partitions(): string[] {
    return partitionsOf(this.assigned);
  }

  #take(assignment: PartitionsById): void {
    this.assigned = assignment;
    const owned = new Map<string, Set<number>>();
    for (const partitions of [this.owned, assignment])
      for (const [topicId, indexes] of partitions)
        owned.set(topicId, new Set([...(owned.get(topicId) ?? []), ...indexes]));
    this.owned = owned;
  }
}

export function partitionsOf(partitions: PartitionsById | null): string[] {
  return Array.from(partitions ?? [], ([topicId, indexes]) =>
    Array.from(
      indexes,
      (index) => `${Buffer.from(topicId, 'base64url').toString('latin1').replace(/\0.*/s, '')}-${index}`,
    ),
  )
    .flat()
    .sort();
}

const nobodyAsks = (): never => {
  throw new Error('it is the store that is asked');
};

/** A member joins a group in a store, `g` of the topic `t` if it does not say, and is told what it is assigned. */
export async function joinConsumerGroup(store: Store, facts: Facts = {}): Promise<ConsumerHeartbeatAnswer> {
  const client = new ConsumerClient(nobodyAsks, randomUuid(), facts);
  const join = { rebalanceTimeoutMs: 60_000, topicNames: ['t'], owned: new Map<string, ReadonlySet<number>>() };
  return store.groupCoordinator.consumerHeartbeat(client.request({ ...join, ...facts }));
}
