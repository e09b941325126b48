/** The options of `millrace group reset-offsets`, which are those of Kafka's kafka-consumer-groups, and what they ask for together. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { CommonOptions } from '../common-options.ts';
import { collected, wholeNumber } from '../option-values.ts';
import { type OffsetTarget, parseDuration, parseShift, parseTime } from './offset-target.ts';
import { parseOffsets } from './offsets-file.ts';
import type { ResetRequest } from './reset-plan.ts';
import { parseSelection, type TopicSelection } from './reset-selection.ts';

export interface ResetOptions extends CommonOptions {
  readonly topic?: readonly TopicSelection[];
  readonly allTopics?: true;
  readonly toEarliest?: true;
  readonly toLatest?: true;
  readonly toCurrent?: true;
  readonly toOffset?: number;
  readonly toDatetime?: number;
  readonly byDuration?: number;
  readonly shiftBy?: number;
  readonly fromFile?: string;
  readonly execute: boolean;
  readonly export: boolean;
  readonly force: boolean;
}

const WHICH = 'Which partitions:';
const WHERE = 'Where to:';

export function resetOptions(command: Command): Command {
  return command
    .addOption(
      of(WHICH, '--topic <name[:p,p]>', 'a topic, or some of its partitions; repeat for more').argParser(
        collected(parseSelection),
      ),
    )
    .addOption(of(WHICH, '--all-topics', 'all that the group has committed offsets for'))
    .addOption(of(WHERE, '--to-earliest', 'the first record that there is'))
    .addOption(of(WHERE, '--to-latest', 'the end'))
    .addOption(of(WHERE, '--to-current', 'where it is, moved into what the log has'))
    .addOption(of(WHERE, '--to-offset <offset>', 'an offset').argParser(wholeNumber(0)))
    .addOption(
      of(WHERE, '--to-datetime <time>', 'the first record of that time or later, as 2026-11-25T18:00:00Z').argParser(
        parseTime,
      ),
    )
    .addOption(of(WHERE, '--by-duration <duration>', 'so long before now, as PT2H30M').argParser(parseDuration))
    .addOption(of(WHERE, '--shift-by <n>', 'so many records on, or back if below 0').argParser(parseShift))
    .addOption(of(WHERE, '--from-file <file>', 'as lines of topic,partition,offset say'))
    .addOption(new Option('--execute', 'do it').default(false, 'a dry run'))
    .addOption(new Option('--export', 'write lines for --from-file').default(false, 'a table'))
    .addOption(new Option('--force', 'remove the members that the group has').default(false, 'no'));
}

function of(heading: string, flags: string, help: string): Option {
  return new Option(flags, help).helpGroup(heading);
}

/** Ends the command where they do not go together. */
export function resetRequest(command: Command, group: string, options: ResetOptions, now: number): ResetRequest {
  const { topic, allTopics, fromFile } = options;
  const targets = targetsOf(options, now);
  if (targets.length + (fromFile === undefined ? 0 : 1) !== 1)
    command.error('error: say once where to: --to-earliest, --to-latest, --to-offset, ... or --from-file', {
      exitCode: 2,
    });
  const scopes = (topic === undefined ? 0 : 1) + (allTopics === undefined ? 0 : 1);
  if (fromFile !== undefined) {
    if (scopes > 0) command.error('error: --from-file says itself which partitions', { exitCode: 2 });
    return { kind: 'file', offsets: parseOffsets(readFileSync(fromFile, 'utf8'), group, fromFile) };
  }
  if (scopes !== 1) command.error('error: say which partitions: --topic or --all-topics', { exitCode: 2 });
  return { kind: 'target', target: targets[0], topics: topic ?? null };
}

function targetsOf(options: ResetOptions, now: number): OffsetTarget[] {
  const { toEarliest, toLatest, toCurrent, toOffset, toDatetime, byDuration, shiftBy } = options;
  const targets: OffsetTarget[] = [];
  if (toEarliest !== undefined) targets.push({ kind: 'earliest' });
  if (toLatest !== undefined) targets.push({ kind: 'latest' });
  if (toCurrent !== undefined) targets.push({ kind: 'current' });
  if (toOffset !== undefined) targets.push({ kind: 'offset', value: toOffset });
  if (toDatetime !== undefined) targets.push({ kind: 'timestamp', value: toDatetime });
  if (byDuration !== undefined) targets.push({ kind: 'timestamp', value: Math.max(0, now - byDuration) });
  if (shiftBy !== undefined) targets.push({ kind: 'shift', value: shiftBy });
  return targets;
}
