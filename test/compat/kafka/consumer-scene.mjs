/**
 * A member of a group of the consumer protocol (KIP-848) on a broker, and what tools ask of its group, with every answer noted: what the scenes of
 * consumer-scenes.mjs are made of.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { GroupScene } from './group-scene.mjs';

export const CONSUMER_TOPICS = { first: 3, second: 2, other: 1 };
export const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const TRIES_MAX = 500;

/** A member: what it was told last is what it shows next, unless told otherwise. */
class Consumer {
  epoch = 0;
  /** By topic ids. */
  assigned = [];
  owned = [];
  #scene;
  #client;

  constructor(scene, client, groupId, memberId, { instanceId = null } = {}) {
    this.#scene = scene;
    this.#client = client;
    Object.assign(this, { groupId, memberId, instanceId, name: memberId || 'nobody' });
  }

  request(facts) {
    const { groupId, memberId, epoch, instanceId } = this;
    return {
      groupId,
      memberId,
      memberEpoch: epoch,
      instanceId,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: null,
      ...facts,
    };
  }

  async quietly(facts = {}, version = 1) {
    const answer = await this.#scene.askOnly(this.#client, 'consumerGroupHeartbeat', version, this.request(facts));
    if (answer.errorCode === 0 && answer.memberEpoch >= 0) this.epoch = answer.memberEpoch;
    if (answer.errorCode === 0 && answer.assignment !== null) this.#take(answer.assignment.topicPartitions);
    return answer;
  }

  async send(what, facts = {}, version = 1) {
    const answer = await this.quietly(facts, version);
    this.#scene.note(`${this.groupId}, ${this.name}: ${what} (${version})`, answer);
    return answer;
  }

  join(what, facts = {}, version = 1) {
    this.epoch = 0;
    this.assigned = [];
    this.owned = [];
    const subscription = (facts.subscribedTopicRegex ?? null) === null ? { subscribedTopicNames: ['first'] } : {};
    return this.send(what, { rebalanceTimeoutMs: 60_000, topicPartitions: [], ...subscription, ...facts }, version);
  }

  heartbeat(what, facts = {}) {
    return this.send(what, { topicPartitions: this.owned, ...facts });
  }

  revoke() {
    this.owned = this.assigned;
  }

  /** Until it is in another epoch: what happens behind answers takes its time. */
  async awaitEpoch() {
    const { epoch } = this;
    for (let tries = 0; this.epoch === epoch; tries++) {
      if (tries === TRIES_MAX) throw new Error(`${this.memberId} stays in epoch ${epoch}`);
      await this.quietly({ topicPartitions: this.owned });
      await sleep(10);
    }
    this.#scene.note(`${this.groupId}, ${this.name}: has`, { topicPartitions: this.assigned });
  }

  #take(topicPartitions) {
    this.assigned = topicPartitions;
    const known = new Map(this.owned.map(({ topicId, partitions }) => [topicId, new Set(partitions)]));
    for (const { topicId, partitions } of topicPartitions)
      known.set(topicId, new Set([...(known.get(topicId) ?? []), ...partitions]));
    this.owned = Array.from(known, ([topicId, partitions]) => ({ topicId, partitions: [...partitions] }));
  }
}

export class Play {
  answers = [];

  static async begin(server) {
    const play = new Play();
    play.scene = new GroupScene(server, play.answers);
    play.tools = await play.scene.open();
    await play.scene.askOnly(play.tools, 'findCoordinator', 4, { keyType: 0, coordinatorKeys: ['g'] });
    // Ids are told by the order in which they were seen first.
    for (const name of Object.keys(CONSUMER_TOPICS)) {
      const { topics } = await play.tools.ask('metadata', 12, {
        topics: [{ name, topicId: NO_ID }],
        allowAutoTopicCreation: false,
        includeTopicAuthorizedOperations: false,
      });
      play.scene.topicIds[name] = topics[0].topicId;
      play.scene.note(`topic ${name}`, { topicId: topics[0].topicId });
    }
    return play;
  }

  async member(groupId, memberId, facts) {
    return new Consumer(this.scene, this.tools, groupId, memberId, facts);
  }

  describe(what, ...groupIds) {
    return this.scene.ask(this.tools, what, 'consumerGroupDescribe', 1, {
      groupIds,
      includeAuthorizedOperations: false,
    });
  }

  list(what, filters = {}) {
    return this.scene.ask(this.tools, what, 'listGroups', 5, { statesFilter: [], typesFilter: [], ...filters });
  }

  commit(what, { groupId, memberId, epoch }, version, facts = {}) {
    const { scene, tools } = this;
    const partitions = [{ partitionIndex: 0, committedOffset: 3, committedLeaderEpoch: -1, committedMetadata: 'm' }];
    return scene.ask(tools, `${groupId}: ${what}`, 'offsetCommit', version, {
      groupId,
      memberId,
      groupInstanceId: null,
      generationIdOrMemberEpoch: epoch,
      retentionTimeMs: -1,
      topics: [{ name: 'first', topicId: scene.topicIds.first, partitions }],
      ...facts,
    });
  }

  fetch(what, groupId, memberId, memberEpoch, version = 9) {
    const { scene, tools } = this;
    const topics = [{ name: 'first', topicId: scene.topicIds.first, partitionIndexes: [0, 1] }];
    const groups = [{ groupId, memberId, memberEpoch, topics }];
    return scene.ask(tools, `${groupId}: ${what}`, 'offsetFetch', version, { groups, requireStable: false });
  }
}
