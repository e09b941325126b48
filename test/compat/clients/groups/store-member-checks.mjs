/**
 * Members in the broker's process in one group with those of a client: each side assigns to the other, and goes on where the other has committed, when that leaves and when it
 * is killed.
 */
import { holds, same } from '../../kafka/tally.mjs';
import { check } from './group-checks.mjs';
import { until } from './member.mjs';

/** Waits until a member has read what another one had in hand. */
async function readAgain(member, records) {
  const isRead = ({ value }) => member.records.some((record) => record.value === value);
  await until(`read again: ${JSON.stringify(records)}`, () => records.every(isRead), [member]);
}

/**
 * `command`: of a member of the client. `assignor`: what it and the library have in common; null: both offer what they do by themselves. `checkOnce`: has no record been read
 * twice?
 */
function sharedChecks(trial, command, assignor, checkOnce) {
  const checked = (run) => check(trial, run, { assignor });
  const name = assignor ?? 'by default';
  const agreed = async (group) => same('assignor', await group.assignor(), assignor ?? 'range');
  return {
    [`a member in the broker's process assigns, ${name}`]: checked(async (group) => {
      const inside = group.startInside();
      await group.awaitShared(inside);
      const outside = group.start(command);
      await group.awaitShared(inside, outside);
      holds(inside.isLeader, 'the member in the process does not lead');
      await agreed(group);
      group.write(5);
      await group.awaitRead();
      await outside.leave();
      await group.awaitShared(inside);
      group.write(5);
      await group.awaitRead();
      checkOnce(group);
    }),

    [`a member in the broker's process is assigned to, ${name}`]: checked(async (group) => {
      const outside = group.start(command);
      await group.awaitShared(outside);
      const inside = group.startInside();
      await group.awaitShared(inside, outside);
      holds(!inside.isLeader, 'the member in the process leads');
      await agreed(group);
      group.write(5);
      await group.awaitRead();
      await inside.leave();
      await group.awaitShared(outside);
      group.write(5);
      await group.awaitRead();
      checkOnce(group);
    }),
  };
}

function endChecks(trial, command, assignor) {
  const checked = (run) => check(trial, run, { assignor });
  return {
    "what a member in the broker's process has in hand when it is given up is read again": checked(async (group) => {
      const outside = group.start(command);
      await group.awaitShared(outside);
      const inside = group.startInside();
      await group.awaitShared(inside, outside);
      inside.hold();
      group.write(5);
      await until('it has a record in hand', () => inside.records.length === 1, [inside, outside]);
      await inside.kill();
      await group.awaitShared(outside);
      await group.awaitRead();
      await readAgain(outside, inside.records);
    }),

    "a member that is killed: one in the broker's process goes on for it": checked(async (group) => {
      const [inside, outside] = [group.startInside(), group.start(command)];
      await group.awaitShared(inside, outside);
      group.write(5);
      await group.awaitRead();
      await outside.kill();
      group.write(5);
      await group.awaitRead();
      await group.awaitShared(inside);
      same('members', await group.state(), 'Stable 1');
    }),
  };
}

/** `can`, `assignors`: of the client, as groups.mjs tells. */
export function storeMemberChecks(trial, command, { can, assignors }) {
  const checkOnce = (group) => {
    if (can.includes('once')) group.checkOnce();
  };
  return Object.assign(
    {},
    ...assignors.map((assignor) => sharedChecks(trial, command, assignor, checkOnce)),
    endChecks(trial, command, assignors[0]),
  );
}
