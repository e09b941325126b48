/** A member of a group of the consumer protocol on the wire, heartbeat by heartbeat. */
import type { RequestInputOf } from '#millrace/protocol/api.js';
import { offsetCommit } from '#millrace/protocol/apis/08-offset-commit.js';
import { consumerGroupHeartbeat } from '#millrace/protocol/apis/68-consumer-group-heartbeat.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import type { BrokerClient } from './broker-client.ts';
import { nameOf } from './transactional-client.ts';

type Facts = Partial<RequestInputOf<typeof consumerGroupHeartbeat>>;

export class WireConsumer {
  readonly client: BrokerClient;
  readonly groupId: string;
  memberId: string;
  epoch = 0;

  constructor(client: BrokerClient, memberId = 'one', groupId = 'g') {
    this.client = client;
    this.memberId = memberId;
    this.groupId = groupId;
  }

  async heartbeat(facts: Facts = {}, version = 1) {
    const { groupId, memberId, epoch: memberEpoch } = this;
    const answer = await this.client.ask(consumerGroupHeartbeat, version, {
      groupId,
      memberId,
      memberEpoch,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: null,
      ...facts,
    });
    if (answer.errorCode === 0) this.epoch = answer.memberEpoch;
    return { ...answer, error: nameOf(answer.errorCode) };
  }

  join(facts: Facts = {}, version = 1) {
    this.epoch = 0;
    const subscription = (facts.subscribedTopicRegex ?? null) === null ? { subscribedTopicNames: ['t'] } : {};
    return this.heartbeat({ rebalanceTimeoutMs: 60_000, topicPartitions: [], ...subscription, ...facts }, version);
  }

  async commit(offset: number, { version = 9, epoch = this.epoch, memberId = this.memberId } = {}): Promise<string> {
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }];
    const answer = await this.client.ask(offsetCommit, version, {
      groupId: this.groupId,
      memberId,
      groupInstanceId: null,
      generationIdOrMemberEpoch: epoch,
      topics: [{ name: 't', topicId: ZERO_UUID, partitions }],
    });
    return nameOf(answer.topics[0].partitions[0].errorCode);
  }
}
