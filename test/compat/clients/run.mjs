/**
 * `npm run test:compat`: real clients on our broker, unmodified.
 *
 * Fetches what it needs to .cache (preparation.mjs); kcat, Java, Maven and Python must be there. A client that cannot be had is named, and is a failure when
 * CI=true. Arguments choose clients by the names below.
 */
import { clientChecks } from './client-checks.mjs';
import { exactlyOnceChecks, processors } from './groups/exactly-once-checks.mjs';
import { groupChecks, mixedChecks } from './groups/group-checks.mjs';
import {
  consumerProtocolChecks,
  consumerProtocolTrial,
  staticConsumerChecks,
} from './groups/consumer-protocol-checks.mjs';
import { judgeGroupCommands } from './groups/group-command-checks.mjs';
import { memberClients } from './groups/groups.mjs';
import { storeMemberChecks } from './groups/store-member-checks.mjs';
import { migrationChecks } from './groups/migration-checks.mjs';
import { killedBrokerChecks } from './groups/killed-broker-checks.mjs';
import { javaToolChecks } from './java-tool-checks.mjs';
import { kcatChecks, secureKcatChecks } from './kcat-checks.mjs';
import { KafkajsClient } from './kafkajs.mjs';
import { PlatformaticClient } from './platformatic.mjs';
import { kafkaTools, kcatVersion, nodeRdkafka, pythonWithClients } from './preparation.mjs';
import { holds, Tally } from '../kafka/tally.mjs';
import { REAUTHENTICATION_MS, reauthenticationChecks, secureChecks } from './secure-checks.mjs';
import { secureToolChecks } from './secure-tool-checks.mjs';
import { SecureTrial } from './secure-trial.mjs';
import { restartedBrokerChecks, wordCountChecks } from './streams/word-count-checks.mjs';
import { wordCountProgram } from './streams/word-count.mjs';
import { Trial } from './trial.mjs';
import { WorkerClient } from './worker-client.mjs';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const log = (line) => console.log(`  ${line}`);

/** Runs checks by name, and after each one looks at what the broker complained of. */
async function runChecks(tally, trial, checks) {
  for (const [name, run] of Object.entries(checks)) {
    let why = '';
    await tally.check(name, async () => {
      trial.complaints.length = 0;
      why = (await run()) ?? '';
      holds(trial.complaints.length === 0, `the broker complains: ${trial.complaints.join('\n')}`);
    });
    if (why !== '') console.log(`        not tried: ${why}`);
  }
}

/** The checks of client-checks.mjs. Returns the client's version. */
async function tryClient(Client, tally, trial) {
  const client = await Client.open(trial.address);
  const about = { Client, client, trial };
  const fit = clientChecks(trial).filter(({ applies }) => applies(about));
  try {
    await runChecks(tally, trial, Object.fromEntries(fit.map(({ name, run }) => [name, () => run(about)])));
  } finally {
    await client.close();
  }
  return Client.version;
}

/** The checks of secure-checks.mjs, on a broker that asks who its clients are; and on one that asks them again and again. */
async function trySecured(Client, tally) {
  const runOn = async (config, checksOf) => {
    const secure = await SecureTrial.start({ config });
    const { trial } = secure;
    try {
      const client = await Client.open(trial.address, secure.login());
      try {
        await runChecks(tally, trial, checksOf({ Client, client, trial }));
      } finally {
        await client.close();
      }
    } finally {
      await secure.close();
    }
  };
  await runOn({}, secureChecks);
  if (Client.can.includes('reauthentication'))
    await runOn({ 'connections.max.reauth.ms': REAUTHENTICATION_MS }, reauthenticationChecks);
}

async function tryClientSecured(Client, tally, trial) {
  await trySecured(Client, tally);
  return tryClient(Client, tally, trial);
}

/** Checks by name of a program that is started anew for each. */
async function tryProgramSecured(tally, checksOf) {
  const secure = await SecureTrial.start();
  try {
    await runChecks(tally, secure.trial, checksOf(secure));
  } finally {
    await secure.close();
  }
}

/** Those that npm brings are tried on a broker that makes topics, too. */
async function tryOnBoth(Client, tally, trial) {
  const other = await Trial.start({ makesTopics: true });
  try {
    await tryClient(Client, tally, other);
  } finally {
    await other.close();
  }
  return tryClientSecured(Client, tally, trial);
}

function pythonClient(traits, script) {
  return {
    prepare: () => WorkerClient.describe(traits, pythonWithClients(log), [file(`python/${script}`)]),
    attempt: tryClientSecured,
  };
}

const REPEATS_LOG_INS = ['acks', 'admin', 'idempotence', 'transactions', 'reauthentication'];

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

/** What `prepare` returns, `attempt` gets; that returns the version. In this order, so that someone has written zstd before others read it. */
const clients = {
  'confluent-kafka': pythonClient({ can: REPEATS_LOG_INS }, 'confluent-kafka.py'),
  'kafka-python': pythonClient(
    { cannotWrite: ['null key and value', 'header of null'], ownErrors: ['unknown topic'] },
    'kafka-python.py',
  ),
  java: {
    prepare() {
      const { classpath } = kafkaTools(log);
      const logging = [
        `-Dlog4j2.configurationFile=${file('../kafka/java/log4j2.properties')}`,
        '-Djudge.log.level=WARN',
      ];
      const args = ['-XX:TieredStopAtLevel=1', ...logging, '-cp', classpath, file('java/Worker.java')];
      return WorkerClient.describe({ ownErrors: ['unknown topic'], can: REPEATS_LOG_INS }, 'java', args);
    },
    attempt: tryClientSecured,
  },
  'java-tools': {
    prepare: () => kafkaTools(log),
    async attempt(java, tally, trial) {
      await tryProgramSecured(tally, (secure) => secureToolChecks(secure, java));
      await runChecks(tally, trial, javaToolChecks(trial, java));
      return java.version;
    },
  },
  'group-commands': {
    prepare: () => kafkaTools(log),
    async attempt(java, tally) {
      await judgeGroupCommands(tally, java);
      return java.version;
    },
  },
  kcat: {
    prepare: kcatVersion,
    async attempt(version, tally, trial) {
      await tryProgramSecured(tally, secureKcatChecks);
      await runChecks(tally, trial, kcatChecks(trial));
      return version;
    },
  },
  'node-rdkafka': {
    prepare() {
      const traits = {
        // It takes what is empty for null; of headers it writes null as the word, and bytes up to the first zero; and reads null as empty.
        cannotWrite: ['empty key', 'empty value', 'header of null', 'header of bytes'],
        asRead: (record) => ({
          ...record,
          headers: record.headers.map(([name, part]) => [name, part ?? Buffer.alloc(0)]),
        }),
        ownErrors: ['out of range'],
        can: REPEATS_LOG_INS,
      };
      return WorkerClient.describe(traits, process.execPath, [file('rdkafka-worker.cjs'), nodeRdkafka(log)]);
    },
    attempt: tryClientSecured,
  },
  kafkajs: { prepare: () => KafkajsClient, attempt: tryOnBoth },
  platformatic: { prepare: () => PlatformaticClient, attempt: tryOnBoth },
  ...Object.fromEntries(Object.keys(memberClients).map((name) => [`groups-${name}`, groupsOf(name)])),
  ...Object.fromEntries(
    ['java', 'confluent-kafka'].map((name) => [`consumer-protocol-${name}`, consumerProtocolOf(name)]),
  ),
  'groups-mixed': mixedGroups,
  'groups-migrating': migratingGroups,
  ...Object.fromEntries(Object.keys(processors).map((name) => [`processor-${name}`, processorsOf(name)])),
  streams,
};

/** One line of the table. */
async function tried(name, trial) {
  console.log(`\n== ${name}`);
  const tally = new Tally();
  let prepared;
  try {
    prepared = clients[name].prepare();
  } catch (error) {
    console.log(`  not here: ${error.message}`);
    return { name, tally, missing: error.message };
  }
  let version = '';
  await tally.check('begins and ends', async () => {
    version = await clients[name].attempt(prepared, tally, trial);
  });
  return { name, tally, version };
}

async function main() {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => clients[name] === undefined);
  if (unknown !== undefined)
    throw new Error(`no client named ${unknown}; there are: ${Object.keys(clients).join(', ')}`);
  const trial = await Trial.start();
  const table = [];
  try {
    for (const name of chosen.length > 0 ? chosen : Object.keys(clients)) table.push(await tried(name, trial));
  } finally {
    await trial.close();
  }
  console.log('');
  for (const { name, version, missing, tally } of table) {
    const outcome = missing === undefined ? `${tally.passed} passed, ${tally.failed} failed` : 'NOT TRIED';
    console.log(`  ${name.padEnd(18)}${(version ?? '').padEnd(28)}${outcome}`);
  }
  const missing = table.filter((line) => line.missing !== undefined).map(({ name }) => name);
  if (missing.length > 0) console.log(`not on this machine, and not tried: ${missing.join(', ')}`);
  const count = (what) => table.reduce((sum, { tally }) => sum + tally[what], 0);
  console.log(`${count('passed')} passed, ${count('failed')} failed`);
  if (count('failed') > 0 || (missing.length > 0 && process.env.CI === 'true')) process.exitCode = 1;
}

await main();
