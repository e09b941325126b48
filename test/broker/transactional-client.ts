/** A client that writes in transactions, request by request, and is told codes by their names. */
import { addPartitionsToTxn } from '#millrace/protocol/apis/24-add-partitions-to-txn.js';
import { endTxn } from '#millrace/protocol/apis/26-end-txn.js';
import { initProducerId } from '#millrace/protocol/apis/22-init-producer-id.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { txnOffsetCommit } from '#millrace/protocol/apis/28-txn-offset-commit.js';
import { kafkaErrorOf } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import type { BrokerClient } from './broker-client.ts';
import { batch } from './broker-fixture.ts';

export interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export const nameOf = (code: number): string => kafkaErrorOf(code).name;

interface InitOptions extends Partial<Identity> {
  readonly version?: number;
  readonly timeoutMs?: number;
}

export async function init(client: BrokerClient, transactionalId: string | null, options: InitOptions = {}) {
  const { version = 4, timeoutMs: transactionTimeoutMs = 60_000, producerId = -1, producerEpoch = -1 } = options;
  const request = { transactionalId, transactionTimeoutMs, producerId, producerEpoch };
  const { errorCode, ...identity } = await client.ask(initProducerId, version, request);
  return { error: nameOf(errorCode), producerId: identity.producerId, producerEpoch: identity.producerEpoch };
}

export interface Sent {
  readonly version?: number;
  readonly topic?: string;
  readonly partition?: number;
  readonly transactionalId?: string | null;
  readonly records?: Buffer;
  readonly transactional?: boolean;
  readonly count?: number;
}

/** Sends records from a sequence on, in a transaction where nothing else is said. */
export async function send(
  client: BrokerClient,
  { producerId, producerEpoch }: Identity,
  baseSequence: number,
  sent: Sent,
) {
  const { version = 9, topic = 't', partition: index = 0, transactionalId = null, count = 1 } = sent;
  const { transactional = transactionalId !== null } = sent;
  const values = Array.from({ length: count }, (_, i) => ({ value: `${baseSequence + i}` }));
  const { records = batch(values, { producerId, producerEpoch, baseSequence, transactional }) } = sent;
  const topicData = [{ name: topic, topicId: ZERO_UUID, partitionData: [{ index, records }] }];
  const { responses } = await client.ask(produce, version, { transactionalId, acks: -1, timeoutMs: 1000, topicData });
  const [{ errorCode, baseOffset }] = responses[0].partitionResponses;
  return errorCode === 0 ? baseOffset : nameOf(errorCode);
}

export class TransactionalClient {
  readonly client: BrokerClient;
  readonly transactionalId: string;
  identity: Identity = { producerId: -1, producerEpoch: -1 };

  constructor(client: BrokerClient, transactionalId: string) {
    this.client = client;
    this.transactionalId = transactionalId;
  }

  /** Comes again while something is under way. */
  async init(options: InitOptions = {}): Promise<string> {
    for (;;) {
      const { error, ...identity } = await init(this.client, this.transactionalId, options);
      if (error === 'CONCURRENT_TRANSACTIONS') continue;
      if (error === 'NONE') this.identity = identity;
      return error;
    }
  }

  /** By partition, in the order of the question. */
  async add(version: number, partitions: readonly (readonly [topic: string, partition: number])[]): Promise<string[]> {
    const { producerId, producerEpoch } = this.identity;
    const topics = partitions.map(([name, partition]) => ({ name, partitions: [partition] }));
    const { transactionalId } = this;
    const { resultsByTopicV3AndBelow, resultsByTransaction } = await this.client.ask(addPartitionsToTxn, version, {
      transactions: [{ transactionalId, producerId, producerEpoch, topics }],
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: topics,
    });
    const results = version < 4 ? resultsByTopicV3AndBelow : resultsByTransaction[0].topicResults;
    return results.flatMap((each) =>
      each.resultsByPartition.map(({ partitionErrorCode }) => nameOf(partitionErrorCode)),
    );
  }

  send(baseSequence: number, sent: Sent = {}) {
    return send(this.client, this.identity, baseSequence, { transactionalId: this.transactionalId, ...sent });
  }

  /** Of version 5: goes on with the epoch that it is given. */
  async end(type: 'commit' | 'abort', version = 3): Promise<string> {
    const { transactionalId } = this;
    const request = { transactionalId, ...this.identity, committed: type === 'commit' };
    const { errorCode, producerId, producerEpoch } = await this.client.ask(endTxn, version, request);
    if (errorCode === 0 && version >= 5) this.identity = { producerId, producerEpoch };
    return nameOf(errorCode);
  }

  async commitOffset(version: number, groupId: string, offset: number, more: object = {}): Promise<string> {
    const partition = { partitionIndex: 0, committedOffset: offset, committedMetadata: 'm', ...more };
    const topics = [{ name: 't', partitions: [partition] }];
    const { transactionalId } = this;
    const request = { transactionalId, groupId, ...this.identity, topics, ...more };
    const answer = await this.client.ask(txnOffsetCommit, version, request);
    return nameOf(answer.topics[0].partitions[0].errorCode);
  }
}
