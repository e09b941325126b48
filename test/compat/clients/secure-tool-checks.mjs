/**
 * The commands of docs/operations.md's chapter of security, run as they stand there by Kafka's own tools, on a broker over TLS; and what they are for happens.
 */
import { readFileSync } from 'node:fs';
import { startJava } from '../kafka/java.mjs';
import { holds, same } from '../kafka/tally.mjs';
import { ended, outputOf } from './command.mjs';
import { numberedRecords } from './exchange.mjs';

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const chapter = /^## Security$([\s\S]*?)^## /m.exec(page)[1];

/** Main classes of the scripts. */
const mainClasses = {
  'kafka-acls.sh': 'org.apache.kafka.tools.AclCommand',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
};

/** The commands of the chapter, each a list of words. */
function commandsTold() {
  return Array.from(chapter.matchAll(/^```sh\n([\s\S]*?)^```/gm), ([, text]) =>
    Array.from(text.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|(\S+)/g), ([, quoted, word]) => quoted ?? word),
  );
}

export function secureToolChecks(secure, java) {
  const { trial } = secure;
  /** What stands there for the reader's own broker. */
  const ours = {
    'kafka.example.org:9093': trial.address,
    'admin.properties': secure.login('root').java,
    'listener.name.sasl_ssl.ssl.keystore.location=/etc/millrace/broker.pem': `listener.name.sasl_ssl.ssl.keystore.location=${secure.path('broker.pem')}`,
  };
  const start = ([script, ...args]) => {
    holds(mainClasses[script] !== undefined, `no tool ${script}`);
    const words = args.map((word) => ours[word] ?? word);
    return ended(startJava(java, mainClasses[script], words, { stdio: ['pipe', 'pipe', 'pipe'], level: 'ERROR' }));
  };
  const told = (...words) => {
    const found = commandsTold().filter((command) =>
      words.every((word) => command.some((each) => each.includes(word))),
    );
    same(`commands with ${words.join(' and ')}`, found.length, 1);
    return found[0];
  };
  const asAlice = (words) => words.map((word) => (word === 'admin.properties' ? secure.login('alice').java : word));

  return {
    async 'every command that the chapter tells is tried'() {
      same('commands', commandsTold().length, 4);
    },

    async 'kafka-configs: a user that can log in'() {
      await outputOf(start(told('SCRAM-SHA-256=[password=')));
      holds(trial.users.includes('bob'), `users: ${trial.users}`);
    },

    async 'kafka-acls: who may write a topic'() {
      const said = await outputOf(start(told('kafka-acls.sh')));
      holds(said.includes('principal=User:orders') && said.includes('operation=WRITE'), said);
      const list = ['kafka-acls.sh', '--bootstrap-server', trial.address, '--command-config', 'admin.properties'];
      const listed = await outputOf(start([...list, '--list', '--topic', 'orders']));
      holds(listed.includes('principal=User:orders'), listed);
      const { status, said: refused } = await start(asAlice([...list, '--list']));
      holds(status !== 0 && refused.includes('ClusterAuthorizationException'), refused);
    },

    async 'kafka-configs: a quota'() {
      const command = told('producer_byte_rate=1048576');
      await outputOf(start(command));
      const about = command.slice(0, command.indexOf('--alter'));
      const described = [...about, '--describe', '--entity-type', 'users', '--entity-name', 'orders'];
      const said = await outputOf(start(described));
      holds(said.includes('producer_byte_rate=1048576'), said);
    },

    async 'kafka-configs: another certificate'() {
      const command = told('ssl.keystore.location=/etc');
      await outputOf(start(command));
      const topic = await trial.makeTopic('mine');
      trial.store.partition(topic, 0).append(numberedRecords(1));
      const { status, said } = await start(asAlice(command));
      holds(status !== 0 && said.includes('ClusterAuthorizationException'), said);
    },
  };
}
