/**
 * Requests of members to a broker as the scenes of group-scenes.mjs play them, and their answers made comparable: member ids and topic ids are told by the
 * order in which they were given, errors have their names, and what waits is asked for on a connection of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaErrorCodes, kafkaErrorOf } from '#millrace/protocol/error-code.js';
import { WireClient } from './wire-client.mjs';

const TRIES_MAX = 500;
/** What a client is to ask again on: Kafka's coordinators take their time to load. */
const AGAIN = ['COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'];
const again = new RegExp(`rrorCode":(${AGAIN.map((name) => kafkaErrorCodes[name]).join('|')})\\b`);
const PASSED_OVER = new Set(['throttleTimeMs', 'errorMessage', 'nodeId', 'host', 'port']);
const MEMBER_FIELDS = new Set(['memberId', 'leader']);

/** A subscription of version 1 to topics, as consumers write it. */
export function subscriptionTo(...topics) {
  const names = topics.map((topic) => {
    const name = Buffer.from(topic);
    return Buffer.concat([Buffer.from([0, name.length]), name]);
  });
  return Buffer.concat([Buffer.from([0, 1, 0, 0, 0, topics.length]), ...names, Buffer.alloc(8)]);
}

export class GroupScene {
  /** Ids of topics by their names. */
  topicIds = {};
  #server;
  #answers;
  #clients = [];
  #ids = new Map([['', '']]);

  constructor(server, answers) {
    this.#server = server;
    this.#answers = answers;
  }

  async open() {
    const client = await WireClient.open(this.#server);
    this.#clients.push(client);
    return client;
  }

  close() {
    for (const client of this.#clients) client.close();
  }

  /** Asks until the coordinator is there. */
  async askOnly(client, api, version, message) {
    for (let tries = 0; ; tries++) {
      const answer = await client.ask(api, version, message);
      if (tries === TRIES_MAX || !again.test(JSON.stringify(answer))) return answer;
      await sleep(20);
    }
  }

  note(what, answer) {
    this.#answers.push([what, this.#comparable(answer)]);
    return answer;
  }

  async ask(client, what, api, version, message) {
    return this.note(`${what} (${api} ${version})`, await this.askOnly(client, api, version, message));
  }

  #comparable(value, key = '') {
    if (key === 'errorCode') return kafkaErrorOf(value)?.name ?? value;
    if (MEMBER_FIELDS.has(key) || key === 'topicId') return this.#named(value);
    if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
    if (Array.isArray(value)) return ordered(byInstance(value).map((each) => this.#comparable(each)));
    if (value === null || typeof value !== 'object') return value;
    const fields = Object.entries(value).filter(([name]) => !PASSED_OVER.has(name));
    return Object.fromEntries(fields.map(([name, field]) => [name, this.#comparable(field, name)]));
  }

  /** Those that a test has made up stay as they are. */
  #named(id) {
    if (!/^(judge|instance)-.|^[\w-]{22}$/.test(id)) return id;
    if (!this.#ids.has(id)) this.#ids.set(id, `id ${this.#ids.size}`);
    return this.#ids.get(id);
  }
}

/** Static members in an order of their own: the ids that they are told by are drawn, and named as they come. */
function byInstance(list) {
  return [...list].sort((a, b) => (a?.instanceId ?? '').localeCompare(b?.instanceId ?? ''));
}

/** Kafka lists some by their hash. */
function ordered(list) {
  const nameOf = (each) =>
    (typeof each === 'string' && each) ||
    each?.groupId ||
    each?.memberId ||
    each?.name ||
    each?.topicId ||
    (each?.partitionIndex ?? '');
  return [...list].sort((a, b) => String(nameOf(a)).localeCompare(String(nameOf(b))));
}

/** A member with a connection of its own: what it was told last is what it shows next. */
export class Member {
  memberId = '';
  generationId = -1;
  #scene;
  #client;
  #facts;

  static async open(scene, facts = {}) {
    return new Member(scene, await scene.open(), facts);
  }

  constructor(scene, client, facts) {
    this.#scene = scene;
    this.#client = client;
    this.#facts = { groupId: 'g', groupInstanceId: null, ...facts };
  }

  get identity() {
    const { groupId, groupInstanceId } = this.#facts;
    const { memberId, generationId } = this;
    return { groupId, groupInstanceId, memberId, generationId };
  }

  /** Answered when the generation begins; what it was is noted when `note` is called, in the order of the scene. */
  async join(what, version = 9, facts = {}) {
    const message = {
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 30_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscriptionTo('first') }],
      reason: null,
      ...this.#facts,
      memberId: this.memberId,
      ...facts,
    };
    const answer = await this.#scene.askOnly(this.#client, 'joinGroup', version, message);
    if (answer.memberId !== '' && answer.memberId !== message.memberId && facts.memberId === undefined)
      this.memberId = answer.memberId;
    if (answer.errorCode === 0) this.generationId = answer.generationId;
    return { note: () => this.#scene.note(`${what} (joinGroup ${version})`, answer), answer };
  }

  /** In two steps where the version has them, both noted. */
  async enter(what, version = 9, facts = {}) {
    const first = await this.join(what, version, facts);
    first.note();
    if (first.answer.errorCode !== kafkaErrorCodes.MEMBER_ID_REQUIRED) return first.answer;
    const second = await this.join(`${what}, with its id`, version, facts);
    return second.note();
  }

  /** The first step, of which nothing is noted: then `join` waits. */
  async introduce(version = 9) {
    const { answer } = await this.join('', version);
    return answer.memberId;
  }

  async sync(what, version = 5, assignments = [], facts = {}) {
    const protocol = { protocolType: 'consumer', protocolName: 'range' };
    const message = { ...this.identity, ...protocol, assignments, ...facts };
    const answer = await this.#scene.askOnly(this.#client, 'syncGroup', version, message);
    return { note: () => this.#scene.note(`${what} (syncGroup ${version})`, answer) };
  }

  /** As the leader that gives each member its own name. */
  async assign(what, ...members) {
    const assignments = members.map(({ memberId }, index) => ({ memberId, assignment: Buffer.from(`part ${index}`) }));
    return (await this.sync(what, 5, assignments)).note();
  }

  heartbeat(what, version = 4, facts = {}) {
    return this.#scene.ask(this.#client, what, 'heartbeat', version, { ...this.identity, ...facts });
  }

  /** Waits until it hears of a rebalance, of which nothing is noted. */
  async awaitRebalance() {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const { errorCode } = await this.#client.ask('heartbeat', 4, this.identity);
      if (errorCode === kafkaErrorCodes.REBALANCE_IN_PROGRESS) return;
      await sleep(10);
    }
    throw new Error('no rebalance began');
  }

  commit(what, version = 8, facts = {}) {
    const { topic = 'first', partition = 0, offset = 5, metadata = 'm', ...rest } = facts;
    const { generationId, ...identity } = this.identity;
    const partitions = [
      { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: 0, committedMetadata: metadata },
    ];
    const topics = [{ name: topic, topicId: this.#scene.topicIds[topic], partitions }];
    const message = { ...identity, generationIdOrMemberEpoch: generationId, retentionTimeMs: -1, topics, ...rest };
    return this.#scene.ask(this.#client, what, 'offsetCommit', version, message);
  }

  leave(what, version = 5, members = null) {
    const { groupId, memberId, groupInstanceId } = this.identity;
    const message = { groupId, memberId, members: members ?? [{ memberId, groupInstanceId, reason: 'over' }] };
    return this.#scene.ask(this.#client, what, 'leaveGroup', version, message);
  }
}
