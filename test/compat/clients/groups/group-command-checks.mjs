/**
 * `millrace group` against Kafka's kafka-consumer-groups, which asks our broker over the same directory: both plan the same resets, and what one has done the
 * other shows. The broker lets the directory go while ours writes in it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from 'millrace';
import { startBroker } from '#millrace/broker/broker.js';
import { startJava } from '../../kafka/java.mjs';
import { holds, same } from '../../kafka/tally.mjs';
import { ended, outputOf, runCommand } from '../command.mjs';

const MAIN = fileURLToPath(import.meta.resolve('#millrace/cli/main.js'));
const PIPES = { stdio: ['pipe', 'pipe', 'pipe'], level: 'ERROR' };
const HOUR = 3_600_000;
const JOIN_MS = 60_000;
const GROUP = 'billing';
/** Records of the partitions of `orders`, an hour between two; and where the group is. */
const COUNTS = [10, 5, 0];
const COMMITTED = [7, 5];

const SCENARIOS = [
  ['--all-topics', '--to-earliest'],
  ['--all-topics', '--to-latest'],
  ['--all-topics', '--to-current'],
  ['--all-topics', '--shift-by', '2'],
  ['--all-topics', '--shift-by', '-6'],
  ['--all-topics', '--to-offset', '6'],
  ['--topic', 'orders', '--to-offset', '8'],
  ['--topic', 'orders', '--to-current'],
  ['--topic', 'orders:0,2', '--to-latest'],
  ['--topic', 'orders', '--topic', 'other:1', '--to-earliest'],
  ['--topic', 'orders', '--by-duration', 'PT2H30M'],
  ['--topic', 'orders', '--by-duration', 'P30D'],
  ['--topic', 'orders', '--by-duration', 'PT0S'],
];

/** The rows of a table of Kafka's, as objects by its titles. */
function rowsOf(text) {
  const lines = text.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => line.startsWith('GROUP '));
  if (at === -1) return [];
  const titles = lines[at].split(/\s+/);
  const rows = lines.slice(at + 1).filter((line) => line !== '');
  return rows.map((line) => {
    const cells = line.split(/\s+/);
    return Object.fromEntries(titles.map((title, i) => [title, cells[i]]));
  });
}

function inOrder(rows) {
  return rows.map((row) => row.join(' ')).sort();
}

class GroupCommands {
  #java;
  #broker = null;
  data = mkdtempSync(join(tmpdir(), 'millrace-groups-'));

  constructor(java) {
    this.#java = java;
  }

  async write() {
    const store = await openStore(this.data, { offsetsPartitions: 3 });
    await store.createTopic('orders', { partitions: COUNTS.length, config: { 'retention.ms': -1 } });
    await store.createTopic('other', { partitions: 2 });
    const first = Date.now() - 9.5 * HOUR;
    for (const [partition, count] of COUNTS.entries()) {
      const log = store.partition('orders', partition);
      for (let i = 0; i < count; i++) log.append([{ value: `${i}`, timestamp: first + i * HOUR }]);
    }
    // A start that is not 0.
    store.partition('orders', 0).deleteRecords(2);
    const offsets = COMMITTED.map((offset, partition) => ({ topic: 'orders', partition, offset }));
    const nobody = { memberId: '', groupInstanceId: null, generationId: -1 };
    await store.groupCoordinator.commit({ groupId: GROUP, ...nobody, offsets, retentionMs: -1 });
    await store.close();
  }

  async serve() {
    this.#broker ??= await startBroker({ port: 0, data: this.data });
  }

  async release() {
    await this.#broker?.close();
    this.#broker = null;
  }

  async end() {
    await this.release();
    rmSync(this.data, { recursive: true, force: true });
  }

  get store() {
    return this.#broker.store;
  }

  start(mainClass, ...args) {
    const address = ['--bootstrap-server', this.#broker.address];
    return startJava(this.#java, `org.apache.kafka.tools.${mainClass}`, [...address, ...args], PIPES);
  }

  async kafka(...args) {
    await this.serve();
    return outputOf(ended(this.start('consumer.group.ConsumerGroupCommand', ...args)));
  }

  run(...args) {
    return runCommand(process.execPath, [MAIN, 'group', ...args, '--data', this.data]);
  }

  /** The objects that it wrote. */
  async ours(...args) {
    const text = await outputOf(this.run(...args, '--json'));
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  }

  /** Where a group is in each partition, as both tell of it. */
  async sameOffsets(group) {
    const theirs = rowsOf(await this.kafka('--describe', '--group', group, '--offsets'));
    const [described] = await this.ours('describe', group);
    const rows = described.offsets.map(({ topic, partition, offset, endOffset, lag, memberId }) =>
      [topic, partition, offset, endOffset, lag, memberId].map((cell) => cell ?? '-'),
    );
    same(
      'offsets',
      inOrder(rows),
      inOrder(
        theirs.map((row) =>
          ['TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'LOG-END-OFFSET', 'LAG', 'CONSUMER-ID'].map((title) => row[title]),
        ),
      ),
    );
    return described.offsets;
  }
}

/** `[topic, partition, offset]` of what a reset would do. */
const plannedByUs = (rows) => inOrder(rows.map(({ topic, partition, newOffset }) => [topic, partition, newOffset]));
const plannedByThem = (text) => inOrder(rowsOf(text).map((row) => [row.TOPIC, row.PARTITION, row['NEW-OFFSET']]));

async function judgePlans(tally, commands) {
  for (const scenario of SCENARIOS) {
    await tally.check(`both plan the same: ${scenario.join(' ')}`, async () => {
      const theirs = await commands.kafka('--reset-offsets', '--dry-run', '--group', GROUP, ...scenario);
      const planned = plannedByUs(await commands.ours('reset-offsets', GROUP, ...scenario));
      same('plan', planned, plannedByThem(theirs));
      holds(planned.length > 0, 'nothing is planned');
    });
  }
  await tally.check('each reads the file that the other has exported', async () => {
    const file = join(commands.data, 'offsets.csv');
    const scenario = ['--topic', 'orders', '--to-earliest'];
    const theirs = await commands.kafka('--reset-offsets', '--dry-run', '--export', '--group', GROUP, ...scenario);
    writeFileSync(file, theirs);
    const planned = plannedByUs(await commands.ours('reset-offsets', GROUP, '--from-file', file));
    same('plan', planned, plannedByUs(await commands.ours('reset-offsets', GROUP, ...scenario)));
    const ours = await outputOf(commands.run('reset-offsets', GROUP, '--export', ...scenario));
    same('lines', ours.trim().split('\n').sort(), theirs.trim().split('\n').sort());
    writeFileSync(file, ours);
    const read = await commands.kafka('--reset-offsets', '--dry-run', '--group', GROUP, '--from-file', file);
    same('plan', planned, plannedByThem(read));
  });
}

async function judgeDeeds(tally, commands) {
  await tally.check('what ours has reset, Kafka’s describes', async () => {
    await commands.release();
    await commands.ours('reset-offsets', GROUP, '--all-topics', '--shift-by', '-2', '--execute');
    const offsets = await commands.sameOffsets(GROUP);
    same(
      'offsets',
      offsets.map(({ offset }) => offset),
      [5, 3],
    );
  });
  await tally.check('a group that ours has made', async () => {
    await commands.release();
    await commands.ours('reset-offsets', 'fresh', '--topic', 'orders', '--to-latest', '--execute');
    same('partitions', (await commands.sameOffsets('fresh')).length, COUNTS.length);
  });
  await tally.check('what Kafka’s has reset, ours describes', async () => {
    await commands.kafka('--reset-offsets', '--execute', '--group', GROUP, '--topic', 'orders:0', '--to-earliest');
    same('offset', (await commands.sameOffsets(GROUP))[0].offset, 2);
  });
  await tally.check('both list the same groups, in the same states', async () => {
    const theirs = rowsOf(await commands.kafka('--list', '--state')).map((row) => [row.GROUP, row.STATE]);
    const ours = (await commands.ours('list')).map(({ group, state }) => [group, state]);
    same('groups', inOrder(ours), inOrder(theirs));
    same('names', ours.map(([name]) => name).sort(), [GROUP, 'fresh']);
  });
  await tally.check('what ours has deleted, Kafka’s does not know', async () => {
    await commands.release();
    await commands.ours('delete', 'fresh');
    const text = await commands.kafka('--list');
    same('groups', text.trim().split('\n'), [GROUP]);
  });
}

async function judgeMembers(tally, commands) {
  await tally.check('members of a group that a consumer of Kafka’s is in, and what each is assigned', async () => {
    await commands.serve();
    const consumer = commands.start('consumer.ConsoleConsumer', '--topic', 'orders', '--group', 'shop');
    const over = ended(consumer);
    try {
      for (let waited = 0; ; waited += 100) {
        const state = (await commands.store.groups.show('shop'))?.state;
        if (state === 'Stable') break;
        holds(waited < JOIN_MS, `the group is ${state}`);
        await wait(100);
      }
      const [their] = rowsOf(await commands.kafka('--describe', '--group', 'shop', '--members', '--verbose'));
      const [{ members, state, assignor }] = await commands.ours('describe', 'shop', '--members');
      same('state', [state, assignor, members.length], ['Stable', 'range', 1]);
      const [{ memberId, host, clientId, assignment }] = members;
      const titles = ['CONSUMER-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS'];
      const told = titles.map((title) => their[title]);
      same('member', [memberId, host, clientId, `${assignment.length}`], told);
      await commands.sameOffsets('shop');
      const refused = await commands.run('reset-offsets', 'shop', '--topic', 'orders', '--to-latest');
      holds(refused.status === 1 && refused.said.includes('GROUP_NOT_EMPTY'), refused.said);
    } finally {
      consumer.kill('SIGKILL');
      await over;
    }
    // The broker goes with the member in its log, and the consumer never comes back.
    await commands.release();
    await commands.ours('reset-offsets', 'shop', '--topic', 'orders', '--to-latest', '--force', '--execute');
    same('partitions', (await commands.sameOffsets('shop')).length, COUNTS.length);
  });
}

export async function judgeGroupCommands(tally, java) {
  const commands = new GroupCommands(java);
  try {
    await commands.write();
    await judgePlans(tally, commands);
    await judgeDeeds(tally, commands);
    await judgeMembers(tally, commands);
  } finally {
    await commands.end();
  }
}
