/**
 * What members that use the consumer protocol (KIP-848) must be able to do with our broker: what all members must, and what only they can. Kafka's own tool is asked
 * what it sees.
 */
import { startJava } from '../../kafka/java.mjs';
import { holds, same } from '../../kafka/tally.mjs';
import { ended, outputOf } from '../command.mjs';
import { kafkaTools } from '../preparation.mjs';
import { Trial } from '../trial.mjs';
import { check, groupChecks } from './group-checks.mjs';
import { until } from './member.mjs';

const PROTOCOL = { protocol: 'consumer' };

/** Members are told by the broker when to be heard of, and when they are missed. */
export function consumerProtocolTrial(sessionMs = 6_000) {
  const config = { 'group.consumer.session.timeout.ms': sessionMs, 'group.consumer.heartbeat.interval.ms': 200 };
  return Trial.start({ config });
}

const describe = async (trial, group) => (await trial.store.groupCoordinator.describeConsumerGroups([group.group]))[0];

/** On a broker that waits longer than a process takes to begin. */
export function staticConsumerChecks(trial, command) {
  return {
    'a static member that has left is back without a rebalance': check(
      trial,
      async (group) => {
        const first = group.start(command, { instance: 'a' });
        let second = group.start(command, { instance: 'b' });
        await group.awaitShared(first, second);
        group.write(3);
        await group.awaitRead();
        const [before, kept] = [second.assigned, first.assigned];
        const { epoch } = await describe(trial, group);
        await second.leave();
        second = group.start(command, { instance: 'b' });
        await until('it has what it had', () => second.assigned?.join() === before.join(), [first, second]);
        holds(first.assigned === kept, 'the other one was assigned anew');
        same('epoch', (await describe(trial, group)).epoch, epoch);
        group.write(3);
        await group.awaitRead();
        group.checkOnce();
      },
      PROTOCOL,
    ),
  };
}

export function consumerProtocolChecks(trial, command) {
  const checked = (run) => check(trial, run, PROTOCOL);
  return {
    ...groupChecks(trial, command, ['once'], PROTOCOL),

    'members subscribe by an expression': checked(async (group) => {
      const pattern = `^${group.topic.replace('-', '[-]')}$`;
      const [first, second] = [group.start(command, { pattern }), group.start(command, { pattern })];
      await group.awaitShared(first, second);
      group.write(3);
      await group.awaitRead();
      // Some put it in brackets.
      const { members } = await describe(trial, group);
      holds(
        members.every(({ topicPattern }) => topicPattern.includes(pattern)),
        JSON.stringify(members),
      );
      group.checkOnce();
    }),

    'more partitions are given to those who are there': checked(async (group) => {
      const [first, second] = [group.start(command), group.start(command)];
      await group.awaitShared(first, second);
      await trial.store.addPartitions(group.topic, 8);
      await until('each has four', () => [first, second].every(({ assigned }) => assigned.length === 4), [
        first,
        second,
      ]);
    }),

    'kafka-consumer-groups tells of state and members': checked(async (group) => {
      const [first, second] = [group.start(command), group.start(command)];
      await group.awaitShared(first, second);
      group.write(3);
      await group.awaitRead();
      const java = kafkaTools(() => undefined);
      const tool = (...args) =>
        outputOf(
          ended(
            startJava(
              java,
              'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
              ['--bootstrap-server', trial.address, ...args],
              { stdio: ['pipe', 'pipe', 'pipe'], level: 'ERROR' },
            ),
          ),
        );
      const rows = async (...args) =>
        (await tool('--describe', '--group', group.group, ...args))
          .split('\n')
          .filter((line) => line.includes(group.group));
      const [state] = await rows('--state');
      holds(/\buniform\s+Stable\s+2\b/.test(state), state);
      const members = await rows('--members', '--verbose');
      same('members', members.length, 2);
      const offsets = await rows();
      same('partitions', offsets.length, 4);
      holds(
        offsets.every((line) => /\s3\s+3\s+0\s/.test(line)),
        offsets.join('\n'),
      );
      const listed = await tool('--list', '--type', 'consumer');
      holds(listed.includes(group.group), listed);
    }),
  };
}
