/** kafkajs as a processor: what it reads in a group goes to another topic, in transactions that have its offsets. SIGTERM: it leaves and ends. */
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;
const { address, group, topic, output, sessionMs = 6_000 } = JSON.parse(process.argv[2]);

const retry = { retries: 20, initialRetryTime: 100, maxRetryTime: 500 };
const kafka = new Kafka({ brokers: [address], clientId: 'kafkajs', logLevel: logLevel.NOTHING, retry });
const producer = kafka.producer({ transactionalId: group, idempotent: true, maxInFlightRequests: 1 });
const consumer = kafka.consumer({
  groupId: group,
  sessionTimeout: sessionMs,
  heartbeatInterval: 200,
  maxWaitTimeInMs: 100,
  readUncommitted: false,
});
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    const transaction = await producer.transaction();
    await transaction.send({ topic: output, messages: [{ value: `made of ${String(message.value)}` }] });
    const offset = String(Number(message.offset) + 1);
    await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition, offset }] }] });
    await transaction.commit();
    console.log(JSON.stringify({ partition, offset: Number(message.offset), value: String(message.value) }));
  },
});
process.on('SIGTERM', () => void consumer.disconnect().then(() => process.exit(0)));
