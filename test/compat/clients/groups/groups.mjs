/**
 * What starts a member of each client: a command to which what it is told is added. `can`: what group-checks.mjs names. `assignors`: those that members of the client and of the
 * library have in common; null: that on which they agree when nobody says anything, which is range.
 */
import { fileURLToPath } from 'node:url';
import { javaClasses, kafkaTools, nodeRdkafka, pythonWithClients } from '../preparation.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** `prepare(log)` throws what is missing here. */
export const memberClients = {
  kafkajs: {
    can: ['once'],
    // Its own name for one: the members of the library bring an assignor of that name.
    assignors: ['RoundRobinAssigner'],
    prepare: () => [process.execPath, file('kafkajs-member.mjs')],
  },
  // It goes on in a partition that it is given back where it was itself, whatever others have committed there since.
  platformatic: {
    can: [],
    assignors: ['roundrobin'],
    prepare: () => [process.execPath, file('platformatic-member.mjs')],
  },
  'node-rdkafka': {
    can: ['once', 'static', 'cooperative'],
    assignors: [null, 'roundrobin', 'cooperative-sticky'],
    prepare: (log) => [process.execPath, file('rdkafka-member.cjs'), nodeRdkafka(log)],
  },
  'confluent-kafka': {
    can: ['once', 'static', 'cooperative'],
    assignors: [null, 'roundrobin', 'cooperative-sticky'],
    prepare: (log) => [pythonWithClients(log), file('confluent-kafka-member.py')],
  },
  'kafka-python': {
    can: ['once'],
    assignors: [null, 'roundrobin'],
    prepare: (log) => [pythonWithClients(log), file('kafka-python-member.py')],
  },
  java: {
    can: ['once', 'static', 'cooperative'],
    assignors: [null, 'roundrobin', 'sticky', 'cooperative-sticky'],
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
