/** The clients that are tried, by name. */
import { fileURLToPath } from 'node:url';
import { runChecks, tryClientSecured, tryOnBoth, tryProgramSecured } from './attempts.mjs';
import { groupClients } from './groups/group-clients.mjs';
import { judgeGroupCommands } from './groups/group-command-checks.mjs';
import { javaToolChecks } from './java-tool-checks.mjs';
import { KafkajsClient } from './kafkajs.mjs';
import { kcatChecks, secureKcatChecks } from './kcat-checks.mjs';
import { PlatformaticClient } from './platformatic.mjs';
import { kafkaTools, kcatVersion, nodeRdkafka, pythonWithClients } from './preparation.mjs';
import { secureToolChecks } from './secure-tool-checks.mjs';
import { WorkerClient } from './worker-client.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const log = (line) => console.log(`  ${line}`);
const REPEATS_LOG_INS = ['acks', 'admin', 'idempotence', 'transactions', 'reauthentication'];

function pythonClient(traits, script) {
  return {
    prepare: () => WorkerClient.describe(traits, pythonWithClients(log), [file(`python/${script}`)]),
    attempt: tryClientSecured,
  };
}

/** What `prepare` returns, `attempt` gets; that returns the version. In this order, so that someone has written zstd before others read it. */
export const clients = {
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
  ...groupClients,
};
