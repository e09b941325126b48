/// <reference lib="dom" />
/** The table of consumer groups: how far each is behind, and of the one that was chosen its partitions and members. */
import type { BrokerState } from '../broker-state.ts';
import type { GroupDetail, GroupState } from '../group-state.ts';
import { element, nothing, number, plot, row } from './element.ts';
import { wholeText } from './figure-text.ts';
import { detailRow, note, opener, replaceRows, said } from './table-parts.ts';

const COLUMNS = 7;

export function showGroups({ groups, groupCount, selectedGroup: detail }: BrokerState, selected: string | null): void {
  note('groups', groups.length, groupCount);
  const rows = groups.flatMap((group) => {
    const isSelected = group.name === selected;
    const shown = groupRow(group, isSelected);
    return isSelected && detail?.name === group.name ? [shown, groupDetailRow(detail)] : [shown];
  });
  replaceRows('groups', rows.length > 0 ? rows : [nothing('No groups yet: a consumer makes one.', COLUMNS)]);
}

function groupRow(group: GroupState, isSelected: boolean): HTMLElement {
  return row([
    { content: opener('group', group.name, isSelected), className: 'name', title: group.name },
    { content: group.state },
    { content: group.assignor, className: 'faint' },
    number(wholeText(group.members)),
    number(wholeText(group.partitions)),
    number(wholeText(group.lag)),
    { content: element('div', 'spark', plot(group.lags)) },
  ]);
}

function groupDetailRow({ partitions, members }: GroupDetail): HTMLElement {
  const offsets = partitions.map(({ topic, partition, offset, endOffset, lag, clientId }) =>
    row([
      { content: topic, className: 'name', title: topic },
      number(String(partition)),
      number(wholeText(offset)),
      number(wholeText(endOffset)),
      number(wholeText(lag)),
      said(clientId),
    ]),
  );
  const readers = members.map(({ memberId, groupInstanceId, clientId, host, assignment }) =>
    row([
      { content: memberId, className: 'name', title: memberId },
      said(groupInstanceId),
      said(clientId),
      { content: host, className: 'faint' },
      { content: assignment },
    ]),
  );
  const tables = [table(['Topic', '#Partition', '#Offset', '#End', '#Lag', 'Read by'], offsets)];
  if (members.length > 0) tables.push(table(['Member', 'Instance', 'Client', 'Host', 'Reads'], readers));
  return detailRow(COLUMNS, ...tables);
}

/** A column of numbers is written with a `#`. */
function table(titles: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const heads = titles.map((title) => element('th', title.startsWith('#') ? 'number' : '', title.replace('#', '')));
  return element('table', '', element('tr', '', ...heads), ...rows);
}
