/** kafkajs as a member of a group: groups.mjs says what it is told, and what it tells. */
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;
const { address, group, topic, auto = false, sessionMs = 6_000 } = JSON.parse(process.argv[2]);
const tell = (event) => console.log(JSON.stringify(event));

const kafka = new Kafka({
  brokers: [address],
  clientId: 'kafkajs',
  logLevel: logLevel.NOTHING,
  retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 500 },
});
const consumer = kafka.consumer({
  groupId: group,
  sessionTimeout: sessionMs,
  heartbeatInterval: 200,
  rebalanceTimeout: 5_000,
  maxWaitTimeInMs: 100,
});
consumer.on('consumer.group_join', ({ payload }) => tell({ assigned: payload.memberAssignment[topic] ?? [] }));
consumer.on('consumer.crash', ({ payload }) => payload.restart || process.exit(3));
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: auto,
  autoCommitInterval: 100,
  eachMessage: async ({ partition, message }) => {
    tell({ partition, offset: Number(message.offset), value: String(message.value) });
    if (!auto) await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }]);
  },
});
process.on('SIGTERM', () => void consumer.disconnect().then(() => process.exit(0)));
