/** What members of a group tell each other, judged by Kafka: written with the same bytes, read alike in each version, and refused alike where it is damaged. */
import { decodeAssignment, encodeAssignment } from '#millrace/group/assignment-format.js';
import { decodeSubscription, encodeSubscription } from '#millrace/group/subscription-format.js';
import {
  cooperativeOwnership,
  encodeCooperativeUserData,
  encodeStickyUserData,
  stickyOwnership,
} from '#millrace/group/assignor/sticky-user-data.js';
import { holds, same } from './tally.mjs';
import { Random } from './workload.mjs';

const MESSAGES = 300;
const TOPICS = ['orders', 'a', 'Zebra', 'é', 'b.c', ''];

export async function judgeConsumerProtocol(tally, judge, seed) {
  const random = new Random(seed);
  const base64 = (bytes) => (bytes === null ? null : Buffer.from(bytes).toString('base64'));
  const some = (most, make) => Array.from({ length: random.below(most + 1) }, make);
  const somePartitions = () => some(8, () => ({ topic: random.pick(TOPICS), partition: random.below(12) }));
  const pairs = (partitions) => partitions.map(({ topic, partition }) => [topic, partition]);
  const someUserData = () => (random.below(2) === 0 ? null : random.bytes(random.below(20)));

  await tally.check('subscriptions: the same bytes, read in each version', async () => {
    for (let i = 0; i < MESSAGES; i++) {
      const subscription = {
        topics: TOPICS.filter(() => random.below(2) === 0).toReversed(),
        userData: someUserData(),
        ownedPartitions: somePartitions(),
        generationId: random.below(10) - 1,
        rackId: random.pick([null, 'rack-a', 'é']),
      };
      const { topics, userData, ownedPartitions: owned, generationId: generation, rackId: rack } = subscription;
      const question = { topics, userData: base64(userData), owned: pairs(owned), generation, rack };
      const versions = await judge.ask({ command: 'writeConsumerProtocol', ...question });
      const ours = encodeSubscription(subscription);
      same('bytes', base64(ours), versions[3]);
      const whole = { ...decodeSubscription(ours), userData: base64(userData) };
      for (const [version, text] of versions.entries()) {
        const read = decodeSubscription(Buffer.from(text, 'base64'));
        const expected = { ...whole };
        if (version < 1) expected.ownedPartitions = [];
        if (version < 2) expected.generationId = -1;
        if (version < 3) expected.rackId = null;
        same(`version ${version}`, { ...read, userData: base64(read.userData) }, expected);
      }
    }
  });

  await tally.check('assignments: the same bytes, read in each version', async () => {
    for (let i = 0; i < MESSAGES; i++) {
      const assignment = { partitions: somePartitions(), userData: someUserData() };
      const { partitions, userData } = assignment;
      const question = { partitions: pairs(partitions), userData: base64(userData) };
      const versions = await judge.ask({ command: 'writeConsumerProtocol', ...question });
      const ours = encodeAssignment(assignment);
      same('bytes', base64(ours), versions[3]);
      const whole = JSON.stringify(decodeAssignment(ours));
      for (const text of versions)
        same('version', JSON.stringify(decodeAssignment(Buffer.from(text, 'base64'))), whole);
    }
  });

  await tally.check('damage is refused where Kafka refuses it', () => judgeDamage(judge, random));

  await tally.check('user data of the sticky assignors', async () => {
    const ask = (assignor, rest) => judge.ask({ command: 'assignorUserData', assignor, ...rest });
    const joining = (partitions, generationId) => ({ topics: [], lastAssignment: { partitions, generationId } });
    const fresh = { topics: [], lastAssignment: null };
    same('sticky, at first', base64(encodeStickyUserData(fresh)), await ask('sticky', {}));
    same('cooperative, at first', base64(encodeCooperativeUserData(fresh)), await ask('cooperative-sticky', {}));
    for (let i = 0; i < MESSAGES; i++) {
      const isSingle = i % 2 === 0;
      const partitions = somePartitions().map((each) => ({ ...each, topic: isSingle ? 'orders' : each.topic }));
      const generation = random.below(100);
      const question = { partitions: pairs(partitions), generation };
      const theirs = await ask('sticky', question);
      const ours = encodeStickyUserData(joining(partitions, generation));
      // Kafka has topics in the order of a hash map.
      if (isSingle) same('sticky', base64(ours), theirs);
      const said = (userData) => {
        const { partitions: read, generationId } = stickyOwnership({ userData });
        return [pairs(read).sort(), generationId];
      };
      same('sticky, read', said(Buffer.from(theirs, 'base64')), said(ours));
      const cooperative = await ask('cooperative-sticky', question);
      same('cooperative', base64(encodeCooperativeUserData(joining(partitions, generation))), cooperative);
      const subscription = { userData: Buffer.from(cooperative, 'base64'), ownedPartitions: [], generationId: -1 };
      same('cooperative, read', cooperativeOwnership(subscription).generationId, generation);
    }
  });
}

/** Bytes cut and changed at random; what Kafka reads, we read, and nothing else. */
async function judgeDamage(judge, random) {
  const partitions = [
    { topic: 'orders', partition: 1 },
    { topic: 'a', partition: 300 },
  ];
  const subscription = { topics: ['a', 'b'], userData: Buffer.from('data'), ownedPartitions: partitions, rackId: 'r' };
  const kinds = [
    {
      kind: 'subscriptions',
      whole: encodeSubscription({ ...subscription, generationId: 7 }),
      decode: decodeSubscription,
    },
    { kind: 'assignments', whole: encodeAssignment({ partitions, userData: null }), decode: decodeAssignment },
  ];
  for (const { kind, whole, decode } of kinds) {
    const damaged = Array.from({ length: 3000 }, (_, i) => {
      if (i <= whole.length) return whole.subarray(0, i);
      const bytes = Buffer.from(whole);
      for (let times = 1 + random.below(2); times > 0; times--) {
        bytes[random.below(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
      }
      return bytes;
    });
    const theirs = await judge.ask({
      command: 'readConsumerProtocol',
      [kind]: damaged.map((bytes) => bytes.toString('base64')),
    });
    for (const [i, bytes] of damaged.entries()) {
      same(`${kind} ${bytes.toString('hex')}`, isReadable(decode, bytes), theirs[i]);
    }
    holds(theirs.includes(true) && theirs.includes(false), 'all alike');
  }
}

function isReadable(decode, bytes) {
  try {
    decode(bytes);
    return true;
  } catch (error) {
    if (error.code !== 'ERR_MILLRACE_CORRUPT') throw error;
    return false;
  }
}
