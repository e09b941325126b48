/** All subjects by the name that the command line knows: the file that measures it, and what is handed to it. */
export const subjects = {
  'append-100b': { file: 'append.mjs', parameters: { valueSize: 100 } },
  'append-1kib': { file: 'append.mjs', parameters: { valueSize: 1024 } },
  durable: { file: 'durable.mjs' },
  'durable-partitions': { file: 'durable-partitions.mjs' },
  producer: { file: 'producer.mjs' },
  read: { file: 'read.mjs' },
  consumer: { file: 'consumer.mjs' },
  view: { file: 'view.mjs' },
  seek: { file: 'seek.mjs' },
  tail: { file: 'tail.mjs' },
  workers: { file: 'workers.mjs' },
  recovery: { file: 'recovery.mjs' },
  cli: { file: 'cli.mjs' },
  retention: { file: 'retention.mjs' },
  'open-10k': { file: 'open.mjs' },
  counts: { file: 'counts.mjs' },
};
