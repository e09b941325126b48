/**
 * The parts by the name that the command line knows: the file that measures it, which clients and programs it needs, and what is handed to it. Kafka itself needs what
 * its client needs.
 */
export const parts = {
  start: { file: 'start.mjs', needs: ['java'] },
  java: { file: 'throughput.mjs', needs: ['java'], parameters: { client: 'java' } },
  librdkafka: { file: 'throughput.mjs', needs: ['java', 'librdkafka'], parameters: { client: 'librdkafka' } },
  'java-bound': { file: 'bound.mjs', needs: ['java', 'replay'], parameters: { client: 'java' } },
  'librdkafka-bound': {
    file: 'bound.mjs',
    needs: ['java', 'librdkafka', 'replay'],
    parameters: { client: 'librdkafka' },
  },
  durable: { file: 'durable.mjs', needs: ['java'], parameters: { client: 'java' } },
  scale: { file: 'scale.mjs', needs: [] },
};
