/**
 * `millrace group describe`: a group's state and assignor and, for each partition, its offset, the log's end, the lag and who reads it; with `--members` its
 * members and what each is assigned. What Kafka's kafka-consumer-groups says, in its words.
 */
import { Command, Option } from 'commander';
import { lagSum } from '../../group/group-lag.ts';
import type { ReadOnlyStore } from '../../store/read-only-store.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { reading } from '../data-directory.ts';
import { columns, MISSING, printable, printRow, showCount } from '../output.ts';
import { endOffsets } from './end-offsets.ts';
import { findGroup } from './find-group.ts';
import { type GroupPartition, groupPartitions } from '../../group/group-partitions.ts';
import { showPartitions } from '../../group/member-partitions.ts';
import type { ShownGroup } from '../../group/shown-group.ts';

interface Options extends CommonOptions {
  readonly members: boolean;
}

const OFFSET_COLUMNS = ['TOPIC', 'PARTITION', 'CURRENT-OFFSET', 'LOG-END-OFFSET', 'LAG'];
const MEMBER_COLUMNS = ['CONSUMER-ID', 'HOST', 'CLIENT-ID'];

export function describeGroupCommand(context: CliContext): Command {
  const command = new Command('describe')
    .summary('show a group, its offsets and its members')
    .description(
      'Shows the state of consumer groups, their offsets with the lag and who reads what. Of a group that is rebalancing in another process it shows the generation before.',
    )
    .argument('<groups...>', 'the groups')
    .addOption(new Option('--members', 'the members, with what each is assigned').default(false, 'the offsets'))
    .addHelpText('after', '\nExample:\n  millrace group describe billing --members');
  return commonOptions(command).action(async (names: readonly string[], options: Options) => {
    await reading(context, options.data, async (store) => {
      for (const [i, name] of names.entries()) {
        const group = await findGroup(store.groups, name);
        const partitions = await partitionsOf(store, group);
        const lines = options.members ? memberLines(group) : offsetLines(partitions);
        const human = [headOf(group, partitions), ...lines].join('\n');
        printRow(context, options.json, rowOf(group, partitions), i > 0 ? `\n${human}` : human);
      }
    });
  });
}

async function partitionsOf(store: ReadOnlyStore, group: ShownGroup): Promise<GroupPartition[]> {
  return groupPartitions(group, await store.committedOffsets(group.groupId), endOffsets(store));
}

function headOf(group: ShownGroup, partitions: readonly GroupPartition[]): string {
  const { groupId, state, protocolType, assignor, epoch, assignmentEpoch, members } = group;
  const lag = lagSum(partitions);
  const facts = [
    state,
    ...(protocolType === '' ? [] : [`type ${protocolType}`]),
    ...(assignor === '' ? [] : [`assignor ${assignor}`]),
    ...(epoch === null ? [] : [`epoch ${epoch}`]),
    ...(assignmentEpoch === epoch ? [] : [`assigned in epoch ${assignmentEpoch}`]),
    `${showCount(members.length)} member${members.length === 1 ? '' : 's'}`,
    ...(lag === null ? [] : [`lag ${showCount(lag)}`]),
  ];
  return printable(`${groupId}  (${facts.join(', ')})`);
}

function offsetLines(partitions: readonly GroupPartition[]): string[] {
  if (partitions.length === 0) return ['no offsets are committed'];
  const hasMembers = partitions.some(({ member }) => member !== null);
  const rows = partitions.map(({ topic, partition, offset, endOffset, lag, member }) => [
    topic,
    partition,
    offset ?? MISSING,
    endOffset ?? MISSING,
    lag ?? MISSING,
    ...(hasMembers ? [member?.memberId ?? MISSING, member?.clientHost ?? MISSING, member?.clientId ?? MISSING] : []),
  ]);
  return columns([...OFFSET_COLUMNS, ...(hasMembers ? MEMBER_COLUMNS : [])], rows);
}

function memberLines({ members, type }: ShownGroup): string[] {
  if (members.length === 0) return ['the group has no members'];
  const isStatic = members.some(({ groupInstanceId }) => groupInstanceId !== null);
  const isConsumer = type === 'consumer';
  const rows = members.map(({ memberId, groupInstanceId, clientHost, clientId, partitions, epoch, target }) => [
    memberId,
    ...(isStatic ? [groupInstanceId ?? MISSING] : []),
    clientHost,
    clientId,
    ...(isConsumer ? [epoch ?? MISSING] : []),
    partitions?.length ?? MISSING,
    showPartitions(partitions),
    ...(isConsumer ? [showPartitions(target)] : []),
  ]);
  const [id, ...rest] = MEMBER_COLUMNS;
  const head = [id, ...(isStatic ? ['GROUP-INSTANCE-ID'] : []), ...rest, ...(isConsumer ? ['CURRENT-EPOCH'] : [])];
  head.push('#PARTITIONS', 'CURRENT-ASSIGNMENT', ...(isConsumer ? ['TARGET-ASSIGNMENT'] : []));
  return columns(head, rows);
}

function rowOf(group: ShownGroup, partitions: readonly GroupPartition[]): object {
  const { groupId, state, type, protocolType, assignor, epoch, assignmentEpoch, members } = group;
  return {
    group: groupId,
    state,
    type,
    protocolType,
    assignor,
    ...(type === 'consumer' && { epoch, assignmentEpoch }),
    lag: lagSum(partitions),
    offsets: partitions.map(({ member, ...each }) => ({ ...each, memberId: member?.memberId ?? null })),
    members: members.map(({ memberId, groupInstanceId, clientId, clientHost, partitions: assignment, ...rest }) => ({
      memberId,
      groupInstanceId,
      clientId,
      host: clientHost,
      assignment,
      ...(type === 'consumer' && { epoch: rest.epoch, target: rest.target }),
    })),
  };
}
