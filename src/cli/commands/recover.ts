/** `millrace recover [DIR]`: what opening would do to a directory that was not stopped cleanly, shown first, then done. */
import { Command } from 'commander';
import { MillraceError } from '../../errors.ts';
import { openDisk } from '../../file/disk-choice.ts';
import { type PartitionPlan, planRecovery, type RecoveryPlan } from '../../store/recovery-plan.ts';
import type { RecoveryProgress } from '../../store/recovery.ts';
import { openStore } from '../../store/open-store.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { note, printRow, showBytes, showCount } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import { Turns } from '../turns.ts';

interface RecoverOptions extends CommonOptions {
  readonly dryRun: boolean;
  readonly yes: boolean;
}

const HELP = `
For each partition: from where it must be looked at, where its log would end, what would be cut off and why, and which index files would be made again.
On a terminal it then asks before anything is changed. A directory that a process has open is refused, with the name of that process. Exit status 1 when a log is
damaged: what is cut off is gone. With --json an object for each partition ("kind": plan), and one at the end (recovered).

Examples:
  millrace recover --dry-run
  millrace recover data --yes`;

export function recoverCommand(context: CliContext): Command {
  const command = new Command('recover')
    .description('show what opening a directory that was not closed cleanly would do, then do it')
    .argument('[dir]', 'the data directory; default: that of --data')
    .option('--dry-run', 'only show it', false)
    .option('-y, --yes', 'do not ask', false)
    .addHelpText('after', HELP)
    .action((directory: string | undefined, options: RecoverOptions) =>
      recover(context, directory ?? options.data, options),
    );
  return commonOptions(command);
}

async function recover(context: CliContext, directory: string, options: RecoverOptions): Promise<void> {
  const { json, dryRun, yes } = options;
  const system = openDisk();
  try {
    const plan = planRecovery(system, directory);
    if (plan.clean || plan.count === 0) {
      const why = plan.clean ? 'was stopped cleanly' : 'has no partition';
      printRow(context, json, { kind: 'clean', directory }, `${directory} ${why}: there is nothing to recover`);
      return;
    }
    await showPlan(context, plan, json);
  } finally {
    system.close();
  }
  if (dryRun) return;
  if (!yes && !(await isWanted(context, directory))) note(context, 'nothing was changed');
  else await carryOut(context, directory, json);
}

async function showPlan(context: CliContext, plan: RecoveryPlan, json: boolean): Promise<void> {
  const turns = new Turns(context);
  const progress = createProgress(context, { total: plan.bytes, unit: 'bytes' });
  let [done, bytesRead, isDamaged] = [0, 0, false];
  if (plan.change !== null && !json) {
    const { kind, topic } = plan.change;
    const what =
      kind === 'add'
        ? `new partitions of "${topic}" that were not finished go`
        : `the deletion of "${topic}" is finished`;
    context.stdout.write(`${what}\n`);
  }
  try {
    for (const partition of plan.partitions) {
      printRow(context, json, jsonPlan(partition), humanPlan(partition));
      isDamaged ||= partition.damage !== null || partition.error !== null;
      bytesRead += partition.bytesRead;
      progress.update((done += partition.bytes));
      await turns.take();
    }
  } finally {
    progress.stop();
  }
  if (isDamaged) context.setExitCode(1);
  if (!json) context.stdout.write(`${showCount(plan.count)} partitions, ${showBytes(bytesRead)} to look at\n`);
}

/** Asked on a terminal only: who pipes has decided. */
async function isWanted(context: CliContext, directory: string): Promise<boolean> {
  const { stdin, stderr, signal } = context;
  if (stdin.isTTY !== true) return true;
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await lines.question(`Recover ${directory} now? [y/N] `, { signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted) throw new MillraceError('ERR_MILLRACE_ABORTED', 'the command was ended', { cause: error });
    throw error;
  } finally {
    lines.close();
  }
}

async function carryOut(context: CliContext, directory: string, json: boolean): Promise<void> {
  let progress: Progress | null = null;
  const onRecovery = ({ bytes, bytesTotal }: RecoveryProgress): void => {
    progress ??= createProgress(context, { total: bytesTotal, unit: 'bytes' });
    progress.update(bytes);
  };
  try {
    // Whatever a topic without a retention of its own would get: recovering is no time to delete records.
    const store = await openStore(directory, { onRecovery, defaults: { 'retention.ms': -1 } });
    const { partitions, bytesRead, elapsedMs, damage, unavailable } = store.recovery;
    await store.close();
    const lost = damage.reduce((sum, { bytesCut }) => sum + bytesCut, 0);
    const cut =
      damage.length === 0 ? 'nothing was cut off' : `${showBytes(lost)} were cut off in ${damage.length} logs`;
    if (unavailable.length > 0) context.setExitCode(1);
    printRow(
      context,
      json,
      {
        kind: 'recovered',
        directory,
        partitions,
        bytesRead,
        elapsedMs: Math.round(elapsedMs),
        damage,
        unavailable: unavailable.length,
      },
      `recovered ${showCount(partitions)} partitions in ${Math.ceil(elapsedMs)} ms: ${cut}`,
    );
  } finally {
    (progress as Progress | null)?.stop();
  }
}

function jsonPlan({ error, ...plan }: PartitionPlan): object {
  return { kind: 'plan', ...plan, error: error === null ? null : { code: error.code, message: error.message } };
}

function humanPlan(plan: PartitionPlan): string {
  const { topic, partition, recoveryPoint, bytesRead, endOffset, damage, bytesReserved, indexes, removed, error } =
    plan;
  if (error !== null) return `${topic}-${partition}: cannot be recovered: ${error.message}`;
  const lines = [
    `${topic}-${partition}: from offset ${recoveryPoint} on, ${showBytes(bytesRead)} to look at; ends at offset ${endOffset}`,
  ];
  if (damage !== null) {
    const { path, position, reason, bytesCut, segmentsRemoved } = damage;
    const behind = segmentsRemoved.length === 0 ? '' : `, and ${segmentsRemoved.length} segments behind it go`;
    lines.push(`  cut at ${position} of ${path} (${reasons[reason]}): ${showBytes(bytesCut)} are lost${behind}`);
  }
  if (bytesReserved > 0) lines.push(`  ${showBytes(bytesReserved)} that were reserved and not written are given back`);
  if (indexes.length > 0) lines.push(`  indexes to make: ${indexes.join(', ')}`);
  if (removed.length > 0) lines.push(`  files to remove: ${removed.join(', ')}`);
  return lines.join('\n');
}

const reasons: Record<NonNullable<PartitionPlan['damage']>['reason'], string> = {
  end: 'the file ends',
  zeros: 'zeros',
  short: 'the last batch is cut off',
  length: 'no length of a batch',
  magic: 'no batch',
  checksum: 'the checksum does not fit',
  header: 'a batch that contradicts itself',
  order: 'an offset or epoch that does not follow',
  gap: 'what should be there was never written',
};
