/** `millrace group delete`: forgets groups that have no members, with all that they have committed. All of those that are named, or none. */
import { Command, Option } from 'commander';
import { MillraceError } from '../../errors.ts';
import type { ShownGroup } from '../../group/shown-group.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { printable, printRow } from '../output.ts';
import { findGroup } from './find-group.ts';
import { changingGroups, checkIdle, removeMembers } from './idle-group.ts';

interface Options extends CommonOptions {
  readonly force: boolean;
}

export function deleteGroupCommand(context: CliContext): Command {
  const command = new Command('delete')
    .summary('forget groups with their offsets')
    .description('Forgets consumer groups that have no members, with all offsets that they have committed.')
    .argument('<groups...>', 'the whole names')
    .addOption(new Option('--force', 'remove the members that a group has').default(false, 'no'))
    .addHelpText('after', '\nExample:\n  millrace group delete billing-test');
  return commonOptions(command).action(async (names: readonly string[], options: Options) => {
    await changingGroups(context, options.data, async ({ groups, groupCoordinator }) => {
      const found: ShownGroup[] = [];
      for (const name of new Set(names)) found.push(await findGroup(groups, name));
      if (!options.force) found.forEach(checkIdle);
      for (const group of found) {
        const { groupId } = group;
        await removeMembers(context, groupCoordinator, group);
        const [error] = await groupCoordinator.deleteGroups([groupId]);
        if (error !== null) throw new MillraceError('ERR_MILLRACE_IO', `group ${groupId} stays: ${error}`);
        printRow(context, options.json, { deleted: groupId }, `deleted ${printable(groupId)}`);
      }
    });
  });
}
