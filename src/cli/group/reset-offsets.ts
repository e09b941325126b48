/**
 * `millrace group reset-offsets`: has a group go on elsewhere. Shows what it would do, also while another process writes the directory; `--execute` does it, and
 * takes the directory for itself.
 */
import { Command } from 'commander';
import { MillraceError } from '../../errors.ts';
import type { GroupCoordinator } from '../../group/group-requests.ts';
import type { ReadOnlyStore } from '../../store/read-only-store.ts';
import type { Store } from '../../store/store.ts';
import { commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { reading } from '../data-directory.ts';
import { columns, MISSING, note, printRow, showCount } from '../output.ts';
import { changingGroups, checkIdle, removeMembers } from './idle-group.ts';
import { showOffset } from './offsets-file.ts';
import { type ResetOptions, resetOptions, resetRequest } from './reset-options.ts';
import { type PlannedReset, planReset, type ResetRequest } from './reset-plan.ts';

const EXAMPLES = `
Examples:
  millrace group reset-offsets billing --topic orders --to-earliest
  millrace group reset-offsets billing --topic orders:0,1 --to-datetime 2026-11-25T18:00:00Z --execute
  millrace group reset-offsets billing --all-topics --shift-by -100 --execute`;

export function resetOffsetsCommand(context: CliContext): Command {
  const command = new Command('reset-offsets')
    .summary('have a group go on elsewhere')
    .description(
      'Sets the committed offsets of a consumer group that has no members; a dry run, unless --execute is given.',
    )
    .argument('<group>', 'the group; one that there is not is made')
    .addHelpText('after', EXAMPLES);
  return commonOptions(resetOptions(command)).action(async (group: string, options: ResetOptions) => {
    const request = resetRequest(command, group, options, Date.now());
    const plan = options.execute
      ? await changingGroups(context, options.data, (store) => reset(context, store, group, request, options.force))
      : await reading(context, options.data, (store) => rehearse(context, store, group, request, options.force));
    printPlan(context, group, plan, options);
  });
}

async function reset(
  context: CliContext,
  store: Store,
  groupId: string,
  request: ResetRequest,
  force: boolean,
): Promise<PlannedReset[]> {
  const plan = await rehearse(context, store, groupId, request, force);
  const { groupCoordinator } = store;
  if (force) {
    const group = await store.groups.show(groupId);
    if (group !== null) await removeMembers(context, groupCoordinator, group);
  }
  await commit(groupCoordinator, groupId, plan);
  return plan;
}

async function rehearse(
  context: CliContext,
  store: Store | ReadOnlyStore,
  groupId: string,
  request: ResetRequest,
  force: boolean,
): Promise<PlannedReset[]> {
  const group = await store.groups.show(groupId);
  if (group !== null && !force) checkIdle(group);
  return planReset(store, groupId, request, ({ topic, partition }) =>
    note(context, `${topic}-${partition} is left alone: there is no such partition any more`),
  );
}

async function commit(coordinator: GroupCoordinator, groupId: string, plan: readonly PlannedReset[]): Promise<void> {
  if (plan.length === 0) return;
  const offsets = plan.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  const nobody = { memberId: '', groupInstanceId: null, generationId: -1 };
  const { errors } = await coordinator.commit({ groupId, ...nobody, offsets, retentionMs: -1 });
  const failed = errors.findIndex((error) => error !== null);
  if (failed === -1) return;
  const { topic, partition } = plan[failed];
  throw new MillraceError(
    'ERR_MILLRACE_IO',
    `the offset of ${topic}-${partition} was not committed: ${errors[failed]}`,
  );
}

function printPlan(context: CliContext, group: string, plan: readonly PlannedReset[], options: ResetOptions): void {
  const { json, execute, fromFile } = options;
  const rows = plan.map(({ topic, partition, current, offset, note: why }) => [
    topic,
    partition,
    current ?? MISSING,
    offset,
    why ?? '',
  ]);
  const [head, ...lines] = columns(['TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'NEW-OFFSET', ''], rows);
  const isTable = !json && !options.export;
  if (isTable && plan.length > 0) context.stdout.write(`${head}\n`);
  for (const [i, { current, offset, note: why, ...partition }] of plan.entries()) {
    const row = { group, ...partition, offset: current, newOffset: offset, ...(why === null ? {} : { note: why }) };
    printRow(context, json, row, options.export ? showOffset({ ...partition, offset }) : lines[i]);
  }
  const none =
    fromFile === undefined
      ? `${group} has committed no offsets for partitions that there are`
      : `${fromFile} has no offsets of ${group}`;
  if (plan.length === 0) note(context, `there is nothing to be reset: ${none}`);
  else if (execute) note(context, `reset ${showCount(plan.length)} offset${plan.length === 1 ? '' : 's'} of ${group}`);
  else note(context, 'a dry run: nothing was changed; --execute does it');
}
