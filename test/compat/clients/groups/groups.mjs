/** What starts a member of each client: a command to which what it is told is added. */
import { fileURLToPath } from 'node:url';
import { javaClasses, kafkaTools, nodeRdkafka, pythonWithClients } from '../preparation.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** `prepare(log)` throws what is missing here. */
export const memberClients = {
  kafkajs: { can: ['once'], prepare: () => [process.execPath, file('kafkajs-member.mjs')] },
  // It goes on in a partition that it is given back where it was itself, whatever others have committed there since.
  platformatic: { can: [], prepare: () => [process.execPath, file('platformatic-member.mjs')] },
  'node-rdkafka': {
    can: ['once', 'static', 'cooperative'],
    prepare: (log) => [process.execPath, file('rdkafka-member.cjs'), nodeRdkafka(log)],
  },
  'confluent-kafka': {
    can: ['once', 'static', 'cooperative'],
    prepare: (log) => [pythonWithClients(log), file('confluent-kafka-member.py')],
  },
  // One of some thirty of its members says nothing more to the broker, not even a heartbeat, after it has begun to join; why is not known.
  'kafka-python': {
    can: ['once', 'standing still'],
    prepare: (log) => [pythonWithClients(log), file('kafka-python-member.py')],
  },
  java: {
    can: ['once', 'static', 'cooperative'],
    prepare(log) {
      const { classpath } = javaClasses(file('Member.java'), kafkaTools(log), log);
      const logging = [
        `-Dlog4j2.configurationFile=${file('../../kafka/java/log4j2.properties')}`,
        '-Djudge.log.level=ERROR',
      ];
      return ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...logging, '-cp', classpath, 'Member'];
    },
  },
};
