/** A member of a group on the wire, request by request: what it was told last is what it shows next. */
import { heartbeat } from '#millrace/protocol/apis/12-heartbeat.js';
import { joinGroup } from '#millrace/protocol/apis/11-join-group.js';
import { leaveGroup } from '#millrace/protocol/apis/13-leave-group.js';
import { offsetCommit } from '#millrace/protocol/apis/08-offset-commit.js';
import { syncGroup } from '#millrace/protocol/apis/14-sync-group.js';
import type { RequestInputOf } from '#millrace/protocol/api.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import type { BrokerClient } from './broker-client.ts';
import { nameOf } from './transactional-client.ts';

type JoinFacts = Partial<RequestInputOf<typeof joinGroup>>;

/** A subscription of version 0 to one topic. */
export function subscriptionTo(topic: string): Buffer {
  const name = Buffer.from(topic);
  const head = Buffer.from([0, 0, 0, 0, 0, 1, 0, name.length]);
  return Buffer.concat([head, name, Buffer.alloc(4)]);
}

export class WireMember {
  readonly client: BrokerClient;
  readonly facts: JoinFacts;
  memberId = '';
  generationId = -1;

  constructor(client: BrokerClient, facts: JoinFacts = {}) {
    this.client = client;
    this.facts = facts;
  }

  get identity() {
    const { memberId, generationId } = this;
    return {
      groupId: this.facts.groupId ?? 'g',
      memberId,
      groupInstanceId: this.facts.groupInstanceId ?? null,
      generationId,
    };
  }

  joinRequest(facts: JoinFacts = {}) {
    return {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      groupInstanceId: null,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscriptionTo('t') }],
      reason: null,
      ...this.facts,
      ...facts,
    };
  }

  async joinOnce(version = 9, facts: JoinFacts = {}) {
    const answer = await this.client.ask(joinGroup, version, this.joinRequest(facts));
    if (answer.memberId !== '') this.memberId = answer.memberId;
    if (answer.errorCode === 0) this.generationId = answer.generationId;
    return { ...answer, error: nameOf(answer.errorCode) };
  }

  /** In two steps where the version has them. */
  async join(version = 9, facts: JoinFacts = {}) {
    const answer = await this.joinOnce(version, facts);
    return answer.error === 'MEMBER_ID_REQUIRED' ? this.joinOnce(version, facts) : answer;
  }

  async sync(
    assigned: Readonly<Record<string, string>> = {},
    version = 5,
    facts: Partial<RequestInputOf<typeof syncGroup>> = {},
  ) {
    const assignments = Object.entries(assigned).map(([memberId, text]) => ({
      memberId,
      assignment: Buffer.from(text),
    }));
    const request = { ...this.identity, protocolType: 'consumer', protocolName: 'range', assignments, ...facts };
    const { errorCode, assignment, ...answer } = await this.client.ask(syncGroup, version, request);
    return { ...answer, error: nameOf(errorCode), assignment: Buffer.from(assignment).toString() };
  }

  async heartbeat(version = 4): Promise<string> {
    return nameOf((await this.client.ask(heartbeat, version, this.identity)).errorCode);
  }

  async commit(offset: number, version = 9, topic: { name?: string; topicId?: string } = {}): Promise<string> {
    const { generationId, ...member } = this.identity;
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }];
    const answer = await this.client.ask(offsetCommit, version, {
      ...member,
      generationIdOrMemberEpoch: generationId,
      topics: [{ name: 't', topicId: ZERO_UUID, partitions, ...topic }],
    });
    return nameOf(answer.topics[0].partitions[0].errorCode);
  }

  async leave(version = 5) {
    const { groupId, memberId, groupInstanceId } = this.identity;
    const members = [{ memberId, groupInstanceId, reason: null }];
    return this.client.ask(leaveGroup, version, { groupId, memberId, members });
  }
}

/** The only member of its group, which is stable. */
export async function soleMember(client: BrokerClient, facts: JoinFacts = {}): Promise<WireMember> {
  const member = new WireMember(client, facts);
  await member.join();
  await member.sync({ [member.memberId]: 'all' });
  return member;
}
