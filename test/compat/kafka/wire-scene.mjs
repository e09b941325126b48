/**
 * Requests to a broker as the scenes of transaction-scenes.mjs play them, and their answers made comparable: what may differ from broker to broker is left
 * out, errors have their names, and producer ids are told by the order in which they were given.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaErrorCodes, kafkaErrorOf } from '#millrace/protocol/error-code.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';

const TRIES_MAX = 500;
const BYTES_MAX = 1_000_000;
const READ_COMMITTED = 1;
const PRODUCE_IDS_SINCE = 13;
/** What a client is to ask again on: Kafka's coordinators take their time to load, and transactions to end. */
const AGAIN = [
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'CONCURRENT_TRANSACTIONS',
];
const again = new RegExp(`rrorCode":(${AGAIN.map((name) => kafkaErrorCodes[name]).join('|')})\\b`);
/**
 * What differs and may: places, times, how records lie in batches, and what is said in words. Of a duplicate Kafka tells a time of its append,
 * whatever its topic has.
 */
const PASSED_OVER = new Set([
  'currentLeader',
  'errorMessage',
  'host',
  'lastTimestamp',
  'logAppendTimeMs',
  'logStartOffset',
  'nodeEndpoints',
  'nodeId',
  'port',
  'recordErrors',
  'records',
  'throttleTimeMs',
  'transactionStartTimeMs',
]);

export class Scene {
  #client;
  #answers;
  #producerIds = new Map([[-1, -1]]);

  constructor(client, answers) {
    this.#client = client;
    this.#answers = answers;
  }

  /** Asks until nothing else is under way; notes the answer. */
  async ask(what, api, version, message) {
    for (let tries = 0; ; tries++) {
      const answer = await this.#client.ask(api, version, message);
      if (tries === TRIES_MAX || !again.test(JSON.stringify(answer))) {
        this.#answers.push([`${what} (${api} ${version})`, this.#comparable(answer)]);
        return answer;
      }
      await sleep(20);
    }
  }

  produce(what, version, topic, records, { transactionalId = null, partition = 0 } = {}) {
    if (version >= PRODUCE_IDS_SINCE) throw new Error('by name only');
    const partitionData = [{ index: partition, records }];
    const topicData = [{ name: topic, partitionData }];
    return this.ask(what, 'produce', version, { transactionalId, acks: -1, timeoutMs: 10_000, topicData });
  }

  init(what, transactionalId, { version = 4, timeout = 60_000, producerId = -1, producerEpoch = -1 } = {}) {
    const message = { transactionalId, transactionTimeoutMs: timeout, producerId, producerEpoch };
    return this.ask(what, 'initProducerId', version, message);
  }

  add(what, version, transactionalId, { producerId, producerEpoch }, topics) {
    const named = topics.map(([name, ...partitions]) => ({ name, partitions }));
    return this.ask(what, 'addPartitionsToTxn', version, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: named,
      transactions: [{ transactionalId, producerId, producerEpoch, verifyOnly: false, topics: named }],
    });
  }

  verify(what, transactionalId, { producerId, producerEpoch }, topics) {
    const named = topics.map(([name, ...partitions]) => ({ name, partitions }));
    const transactions = [{ transactionalId, producerId, producerEpoch, verifyOnly: true, topics: named }];
    return this.ask(what, 'addPartitionsToTxn', 5, { transactions });
  }

  end(what, version, transactionalId, { producerId, producerEpoch }, committed) {
    return this.ask(what, 'endTxn', version, { transactionalId, producerId, producerEpoch, committed });
  }

  commitOffsets(what, version, transactionalId, { producerId, producerEpoch }, more = {}) {
    const { groupId = 'g', topic = 'other', partition = 0, metadata = '', generation = -1 } = more;
    const asked = {
      partitionIndex: partition,
      committedOffset: 7,
      committedLeaderEpoch: 0,
      committedMetadata: metadata,
    };
    const topics = [{ name: topic, partitions: [asked] }];
    const member = { generationId: generation, generationIdOrMemberEpoch: generation };
    const by = { transactionalId, groupId, producerId, producerEpoch, ...member };
    return this.ask(what, 'txnOffsetCommit', version, { ...by, topics });
  }

  /** Where the log of a partition ends, what is stable of it and what was aborted. */
  log(what, topic, partition = 0) {
    const bounds = { maxWaitMs: 0, minBytes: 0, maxBytes: BYTES_MAX, sessionId: 0, sessionEpoch: -1 };
    const partitions = [{ partition, fetchOffset: 0, partitionMaxBytes: BYTES_MAX }];
    const topics = [{ topic, partitions }];
    return this.ask(what, 'fetch', 12, { replicaId: -1, isolationLevel: READ_COMMITTED, ...bounds, topics });
  }

  #comparable(value, key = '') {
    if (key === 'errorCode' || key === 'partitionErrorCode') return kafkaErrorOf(value)?.name ?? value;
    if (key === 'producerId') {
      if (!this.#producerIds.has(value)) this.#producerIds.set(value, this.#producerIds.size);
      return this.#producerIds.get(value);
    }
    if (value instanceof Uint8Array) return 'bytes';
    if (Array.isArray(value)) return ordered(value).map((each) => this.#comparable(each));
    if (value === null || typeof value !== 'object') return value;
    const isPassedOver = (name) => PASSED_OVER.has(name) || (name === 'producerId' && value.transactionState === '');
    const fields = Object.entries(value).filter(([name]) => !isPassedOver(name));
    return Object.fromEntries(fields.map(([name, field]) => [name, this.#comparable(field, name)]));
  }
}

/** Kafka lists some by their hash. */
function ordered(list) {
  const nameOf = (each) => each.transactionalId ?? each.name ?? each.partitionIndex ?? '';
  return [...list].sort((a, b) => String(nameOf(a)).localeCompare(String(nameOf(b))));
}

/** One batch of `count` records. */
export function batch({ producerId, producerEpoch }, baseSequence, { count = 1, transactional = true } = {}) {
  const records = Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: 'v' }));
  const place = { baseOffset: 0, leaderEpoch: -1, timestamp: Date.now(), timestampType: 'CreateTime' };
  const producer = { producerId, producerEpoch, baseSequence, transactional };
  const [bytes] = encodeBatches(records, { ...place, ...producer, compression: 'none', batchBytesMax: BYTES_MAX });
  return Buffer.from(bytes);
}

export function marker({ producerId, producerEpoch }) {
  const place = { baseOffset: 0, leaderEpoch: -1, timestamp: Date.now() };
  return Buffer.from(encodeControlBatch({ ...place, type: 'commit', coordinatorEpoch: 0, producerId, producerEpoch }));
}
