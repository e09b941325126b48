/** @platformatic/kafka as a member of a group: groups.mjs says what it is told, and what it tells. */
import { Consumer } from '@platformatic/kafka';

const { address, group, topic, assignor, auto = false, sessionMs = 6_000 } = JSON.parse(process.argv[2]);
const tell = (event) => console.log(JSON.stringify(event));

const consumer = new Consumer({
  clientId: 'platformatic',
  groupId: group,
  bootstrapBrokers: [address],
  retries: 20,
  retryDelay: 200,
  // By default it says version 1 and leaves out what that has more than version 0: leaders of other clients cannot read it.
  ...(assignor && { protocols: [{ name: assignor, version: 0 }] }),
});
consumer.on('consumer:group:join', ({ assignments }) =>
  tell({ assigned: assignments?.find((each) => each.topic === topic)?.partitions ?? [] }),
);
const stream = await consumer.consume({
  topics: [topic],
  mode: 'committed',
  fallbackMode: 'earliest',
  autocommit: auto ? 100 : false,
  sessionTimeout: sessionMs,
  heartbeatInterval: 200,
  rebalanceTimeout: 6_000,
  maxWaitTime: 100,
});
process.on('SIGTERM', () => void consumer.close(true).then(() => process.exit(0)));
for await (const message of stream) {
  tell({ partition: message.partition, offset: Number(message.offset), value: String(message.value) });
  if (!auto) await message.commit();
}
