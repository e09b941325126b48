/** node-rdkafka as a member of a group: groups.mjs says what it is told, and what it tells. The folder where it is installed is the first argument. */
const { createRequire } = require('node:module');
const { join } = require('node:path');

const { KafkaConsumer } = createRequire(join(process.argv[2], 'package.json'))('node-rdkafka');
const { address, group, topic, instance, assignor, auto = false, sessionMs = 6_000 } = JSON.parse(process.argv[3]);
const tell = (event) => console.log(JSON.stringify(event));
const held = new Set();
const tellAssigned = () => tell({ assigned: [...held].sort((a, b) => a - b) });

const consumer = new KafkaConsumer(
  {
    'bootstrap.servers': address,
    'group.id': group,
    'session.timeout.ms': sessionMs,
    'heartbeat.interval.ms': 200,
    'enable.auto.commit': auto,
    'auto.commit.interval.ms': 100,
    ...(instance && { 'group.instance.id': instance }),
    ...(assignor && { 'partition.assignment.strategy': assignor }),
    rebalance_cb: (error, assignments) => {
      const partitions = assignments.map(({ partition }) => partition);
      const isGiven = error.code === -175;
      const isCooperative = assignor === 'cooperative-sticky';
      if (isGiven) {
        for (const partition of partitions) held.add(partition);
        if (isCooperative) consumer.incrementalAssign(assignments);
        else consumer.assign(assignments);
      } else {
        for (const partition of partitions) held.delete(partition);
        if (isCooperative) consumer.incrementalUnassign(assignments);
        else consumer.unassign();
      }
      tellAssigned();
    },
  },
  { 'auto.offset.reset': 'earliest' },
);
consumer.on('ready', () => {
  consumer.subscribe([topic]);
  consumer.consume();
});
consumer.on('data', (message) => {
  tell({ partition: message.partition, offset: message.offset, value: String(message.value) });
  if (!auto) consumer.commitMessageSync(message);
});
consumer.connect();
process.on('SIGTERM', () => consumer.disconnect(() => process.exit(0)));
