/**
 * Messages of Kafka's protocol, written and read: by the code that is made of their schemas, against the plain interpreter of the same schemas. Produce and
 * Fetch carry records of 64 KiB for each of 20 partitions, which neither copies; Metadata tells of 10 topics with 6 partitions each.
 */
import { apis } from 'millrace/protocol';
import { interpretBytes, interpretMessage } from '#millrace/protocol/interpreter.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { KIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { timeShortTasks } from './harness/rounds.mjs';

const PARTITIONS = 20;
const RECORDS_SIZE = 64 * KIB;
const TOPICS = 10;
const PARTITIONS_A_TOPIC = 6;

export async function measure(context) {
  const subjects = [
    // Of these messages most is making views, which both do.
    { what: 'Produce request 9', schema: apis.produce.request, version: 9, message: produceRequest(), marks: {} },
    {
      what: 'Fetch response 12',
      schema: apis.fetch.response,
      version: 12,
      message: fetchResponse(),
      marks: { read: { of: 'ratio', atMost: 0.25 } },
    },
    {
      what: 'Metadata response 12',
      schema: apis.metadata.response,
      version: 12,
      message: metadataResponse(),
      marks: { read: { of: 'ratio', atMost: 0.25 }, write: { of: 'ratio', atMost: 0.5 } },
    },
  ];
  const findings = [];
  for (const subject of subjects) findings.push(...(await measureMessage(context, subject)));
  return { sizes: `${PARTITIONS} partitions of ${RECORDS_SIZE / KIB} KiB; ${TOPICS} topics`, findings };
}

async function measureMessage(context, { what, schema, version, message, marks }) {
  const layout = schema.layout(version);
  const bytes = Buffer.concat(schema.encode(version, message));
  const figures = await timeShortTasks(
    context,
    {
      read: () => schema.decode(version, bytes),
      interpretedRead: () => interpretBytes(layout, bytes, what),
      write: () => schema.encode(version, message),
      interpretedWrite: () => {
        const writer = new MessageWriter();
        interpretMessage(layout, message, what, writer);
        return writer.pieces();
      },
    },
    { operations: 4, timeMs: context.pick(150, 2) },
  );
  const row = (verb, made, interpreted, mark) => {
    const baseline = { what: 'interpreted', figures: figures[interpreted] };
    return finding({ what: `${verb} a ${what}`, unit: 'ns', figures: figures[made], baseline, mark });
  };
  return [row('read', 'read', 'interpretedRead', marks.read), row('write', 'write', 'interpretedWrite', marks.write)];
}

function times(count, make) {
  return Array.from({ length: count }, (_, index) => make(index));
}

function produceRequest() {
  const records = Buffer.alloc(RECORDS_SIZE, 1);
  const partitionData = times(PARTITIONS, (index) => ({ index, records }));
  return { acks: -1, timeoutMs: 30_000, topicData: [{ name: 'orders-by-region', partitionData }] };
}

function fetchResponse() {
  const records = Buffer.alloc(RECORDS_SIZE, 1);
  const partitions = times(PARTITIONS, (partitionIndex) => ({
    partitionIndex,
    errorCode: 0,
    highWatermark: 81_234_567_890,
    lastStableOffset: 81_234_567_890,
    logStartOffset: 0,
    abortedTransactions: null,
    records,
  }));
  return { errorCode: 0, sessionId: 1, responses: [{ topic: 'orders-by-region', partitions }] };
}

function metadataResponse() {
  const brokers = times(3, (nodeId) => ({ nodeId, host: `broker-${nodeId}.example.org`, port: 9092 }));
  const partitions = times(PARTITIONS_A_TOPIC, (partitionIndex) => ({
    errorCode: 0,
    partitionIndex,
    leaderId: partitionIndex % 3,
    leaderEpoch: 4,
    replicaNodes: [0, 1, 2],
    isrNodes: [0, 1, 2],
  }));
  const topics = times(TOPICS, (index) => ({
    errorCode: 0,
    name: `orders-of-region-${index}`,
    topicId: 'AAECAwQFBgcICQoLDA0ODw',
    partitions,
  }));
  return { brokers, clusterId: 'bHVtYmVyIGFuZCBicmFzcw', controllerId: 1, topics };
}
