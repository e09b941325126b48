/** `millrace group list`: the consumer groups of a data directory, by name. */
import { Command } from 'commander';
import { lagsOf, lagSum } from '../../group/group-lag.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { reading } from '../data-directory.ts';
import { columns, printRow } from '../output.ts';
import { endOffsets } from './end-offsets.ts';

export function listGroupsCommand(context: CliContext): Command {
  const command = new Command('list')
    .summary('name all groups')
    .description('Names all consumer groups, with their state, members and lag.')
    .addHelpText('after', '\nExample:\n  millrace group list --json | jq -r "select(.lag > 0).group"');
  return commonOptions(command).action(async (options: CommonOptions) => {
    const groups = await reading(context, options.data, async (store) => {
      const endOf = endOffsets(store);
      return (await store.groups.summaries()).map((summary) => {
        const { groupId: group, state, type, protocolType, memberCount: members } = summary;
        return { group, state, type, protocolType, members, lag: lagSum(lagsOf(summary, endOf)) };
      });
    });
    groups.sort((a, b) => (a.group < b.group ? -1 : 1));
    const rows = groups.map(({ group, state, type, protocolType, members, lag }) => [
      group,
      state,
      type,
      protocolType,
      members,
      lag ?? '',
    ]);
    const [head, ...lines] = columns(['GROUP', 'STATE', 'TYPE', 'PROTOCOL', 'MEMBERS', 'LAG'], rows);
    if (!options.json && groups.length > 0) context.stdout.write(`${head}\n`);
    groups.forEach((group, i) => printRow(context, options.json, group, lines[i]));
  });
}
