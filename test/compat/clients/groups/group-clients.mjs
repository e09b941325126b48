/** What is tried with members of groups, by name, as clients.mjs has it. */
import { wordCountProgram } from '../streams/word-count.mjs';
import { restartedBrokerChecks, wordCountChecks } from '../streams/word-count-checks.mjs';
import { runChecks } from '../attempts.mjs';
import { consumerProtocolChecks, consumerProtocolTrial, staticConsumerChecks } from './consumer-protocol-checks.mjs';
import { exactlyOnceChecks, processors } from './exactly-once-checks.mjs';
import { groupChecks, mixedChecks } from './group-checks.mjs';
import { memberClients } from './groups.mjs';
import { killedBrokerChecks } from './killed-broker-checks.mjs';
import { migrationChecks } from './migration-checks.mjs';
import { storeMemberChecks } from './store-member-checks.mjs';

const log = (line) => console.log(`  ${line}`);

/** Members of one client in a group. */
function groupsOf(name) {
  const client = memberClients[name];
  return {
    prepare: () => client.prepare(log),
    async attempt(command, tally, trial) {
      await runChecks(tally, trial, {
        ...groupChecks(trial, command, client.can),
        ...storeMemberChecks(trial, command, client),
        ...killedBrokerChecks(command),
      });
      return 'in groups';
    },
  };
}

/** The same with the consumer protocol (KIP-848), on a broker with shorter sessions. */
function consumerProtocolOf(name) {
  return {
    prepare: () => memberClients[name].prepare(log),
    async attempt(command, tally) {
      const [trial, patient] = [await consumerProtocolTrial(), await consumerProtocolTrial(45_000)];
      try {
        await runChecks(tally, trial, consumerProtocolChecks(trial, command));
        await runChecks(tally, patient, staticConsumerChecks(patient, command));
      } finally {
        await trial.close();
        await patient.close();
      }
      return 'consumer protocol';
    },
  };
}

/** One client that consumes, transforms and produces. */
function processorsOf(name) {
  return {
    prepare: () => processors[name].prepare(log),
    async attempt(command, tally, trial) {
      await runChecks(tally, trial, exactlyOnceChecks(trial, command));
      return 'exactly once';
    },
  };
}

/** Several clients in one group: what they have in common is an assignor. */
const mixedGroups = {
  prepare: () => Object.fromEntries(Object.entries(memberClients).map(([name, { prepare }]) => [name, prepare(log)])),
  async attempt(commands, tally, trial) {
    const mix = (assignor, ...names) =>
      mixedChecks(
        trial,
        names.map((name) => commands[name]),
        assignor,
      );
    await runChecks(tally, trial, {
      ...mix('range', 'confluent-kafka', 'java', 'kafka-python'),
      ...mix('roundrobin', 'node-rdkafka', 'kafka-python', 'java'),
      ...mix('cooperative-sticky', 'java', 'confluent-kafka'),
    });
    return '';
  },
};

/** An application that Kafka Streams makes members and transactions of. */
const streams = {
  prepare: () => wordCountProgram(log),
  async attempt(program, tally, trial) {
    await runChecks(tally, trial, { ...wordCountChecks(trial, program), ...restartedBrokerChecks(program) });
    return program.version;
  },
};

/** Groups that change their protocol while they have members. */
const migratingGroups = {
  prepare: () => ({ java: memberClients.java.prepare(log), python: memberClients['confluent-kafka'].prepare(log) }),
  async attempt({ java, python }, tally) {
    const trial = await consumerProtocolTrial();
    const checks = (name, classic, consumer, assignor) =>
      runChecks(tally, trial, migrationChecks(trial, name, { classic, consumer, assignor }));
    try {
      await checks('java', java, java, 'range');
      await checks('java', java, java, 'cooperative-sticky');
      await checks('confluent-kafka', python, python, 'range');
      await checks('java and confluent-kafka', java, python, 'cooperative-sticky');
      // With cooperative-sticky librdkafka's leader writes data into assignments, and Kafka refuses to upgrade such a group too.
      await checks('confluent-kafka and java', python, java, 'range');
    } finally {
      await trial.close();
    }
    return 'both protocols';
  },
};

export const groupClients = {
  ...Object.fromEntries(Object.keys(memberClients).map((name) => [`groups-${name}`, groupsOf(name)])),
  ...Object.fromEntries(
    ['java', 'confluent-kafka'].map((name) => [`consumer-protocol-${name}`, consumerProtocolOf(name)]),
  ),
  'groups-mixed': mixedGroups,
  'groups-migrating': migratingGroups,
  ...Object.fromEntries(Object.keys(processors).map((name) => [`processor-${name}`, processorsOf(name)])),
  streams,
};
