/**
 * A group that changes its protocol while it reads (KIP-848): members with the classic protocol are replaced by members with the consumer protocol, one by one, and these by
 * the others again. Of one client or of several; nobody may lose a record.
 */
import { holds, same } from '../../kafka/tally.mjs';
import { check } from './group-checks.mjs';
import { until } from './member.mjs';

const CONSUMER = { protocol: 'consumer' };

async function typeOf(trial, { group }) {
  const groups = await trial.store.groupCoordinator.list();
  return groups.find(({ groupId }) => groupId === group)?.type;
}

/** Which members use the classic protocol, as those see it who administer the group. */
async function classicCount(trial, { group }) {
  const [{ members }] = await trial.store.groupCoordinator.describeConsumerGroups([group]);
  return members.filter(({ isClassic }) => isClassic).length;
}

async function goOn(group, ...members) {
  await group.awaitShared(...members);
  group.write(3);
  await group.awaitRead();
}

/** `classic` and `consumer`: commands of the members with the one protocol and the other. */
export function migrationChecks(trial, name, { classic, consumer, assignor }) {
  const options = { assignor };
  return {
    [`${name}, ${assignor}: all members are upgraded, one after another, and go back`]: check(trial, async (group) => {
      const [a, b] = [group.start(classic, options), group.start(classic, options)];
      await goOn(group, a, b);
      const c = group.start(consumer, CONSUMER);
      await until('the group is upgraded', async () => (await typeOf(trial, group)) === 'consumer', [a, b, c]);
      await a.leave();
      await goOn(group, b, c);
      same('classic members', await classicCount(trial, group), 1);
      const d = group.start(consumer, CONSUMER);
      await b.leave();
      await goOn(group, c, d);
      same('classic members', await classicCount(trial, group), 0);
      const e = group.start(classic, options);
      await c.leave();
      await goOn(group, d, e);
      const f = group.start(classic, options);
      await d.leave();
      await goOn(group, e, f);
      same('type', await typeOf(trial, group), 'classic');
      group.checkOnce();
    }),

    [`${name}, ${assignor}: records that come meanwhile are read`]: check(trial, async (group) => {
      const auto = { auto: true };
      const members = [group.start(classic, { ...options, ...auto }), group.start(classic, { ...options, ...auto })];
      await group.awaitShared(...members);
      for (let i = 0; i < 2; i++) {
        group.write(10);
        members.push(group.start(consumer, { ...CONSUMER, ...auto }));
        group.write(10);
        await members.shift().leave();
        group.write(10);
        await group.awaitRead();
      }
      await group.awaitShared(...members);
    }),

    [`${name}, ${assignor}: a classic member that is killed in a group of both is missed`]: check(
      trial,
      async (group) => {
        const [a, b] = [group.start(classic, options), group.start(consumer, CONSUMER)];
        await goOn(group, a, b);
        await a.kill();
        await goOn(group, b);
        same('classic members', await classicCount(trial, group), 0);
      },
    ),

    [`${name}, ${assignor}: the last member with the consumer protocol is killed`]: check(trial, async (group) => {
      const [a, b] = [group.start(classic, options), group.start(consumer, CONSUMER)];
      await goOn(group, a, b);
      await b.kill();
      await goOn(group, a);
      same('type', await typeOf(trial, group), 'classic');
    }),

    [`${name}, ${assignor}: a static member changes its protocol and keeps its place`]: check(trial, async (group) => {
      const mine = { instance: 'a', sessionMs: 30_000 };
      let a = group.start(classic, { ...options, ...mine });
      const b = group.start(classic, { ...options, instance: 'b', sessionMs: 30_000 });
      await goOn(group, a, b);
      await a.leave();
      a = group.start(consumer, { ...CONSUMER, ...mine });
      await goOn(group, a, b);
      holds((await classicCount(trial, group)) === 1, 'the group has not one classic member');
      await a.leave();
      a = group.start(classic, { ...options, ...mine });
      await goOn(group, a, b);
      same('type', await typeOf(trial, group), 'classic');
    }),
  };
}
