/// <reference lib="dom" />
/** The tables of the page: topics and groups with all about the one that was chosen, requests, connections. */
import type { BrokerState, PartitionState, TopicState } from '../broker-state.ts';
import { element, nothing, number, plot, row } from './element.ts';
import { bytesText, countText, durationText, millisecondsText, wholeText } from './figure-text.ts';
import { showGroups } from './group-table.ts';
import { detailRow, note, opener, replaceRows, said } from './table-parts.ts';

export interface Selection {
  readonly topic: string | null;
  readonly group: string | null;
}

export function showTables(state: BrokerState, selected: Selection): void {
  showTopics(state, selected.topic);
  showGroups(state, selected.group);
  showApis(state);
  showConnections(state);
}

function showTopics({ topics, topicCount, selected: detail }: BrokerState, selected: string | null): void {
  note('topics', topics.length, topicCount);
  const rows = topics.flatMap((topic) => {
    const isSelected = topic.name === selected;
    const shown = topicRow(topic, isSelected);
    return isSelected && detail?.topic === topic.name ? [shown, partitionsRow(detail.partitions)] : [shown];
  });
  replaceRows('topics', rows.length > 0 ? rows : [nothing('No topics yet: a client makes the first one.', 7)]);
}

function topicRow(topic: TopicState, isSelected: boolean): HTMLElement {
  return row([
    { content: opener('topic', topic.name, isSelected), className: 'name', title: topic.name },
    number(wholeText(topic.partitions)),
    number(bytesText(topic.bytes)),
    number(countText(topic.recordsIn.at(-1) ?? 0)),
    number(bytesText(topic.bytesIn.at(-1) ?? 0)),
    number(bytesText(topic.bytesOut.at(-1) ?? 0)),
    { content: element('div', 'spark', plot(topic.bytesIn)) },
  ]);
}

function partitionsRow(partitions: readonly PartitionState[]): HTMLElement {
  const heads = ['Partition', 'First offset', 'End', 'Durable up to', 'Segments', 'Size'].map((title) =>
    element('th', 'number', title),
  );
  const rows = partitions.map((each) =>
    row([
      number(String(each.partition)),
      number(wholeText(each.startOffset)),
      number(wholeText(each.endOffset)),
      number(wholeText(each.durableOffset)),
      number(wholeText(each.segments)),
      number(bytesText(each.bytes)),
    ]),
  );
  return detailRow(7, element('table', '', element('tr', '', ...heads), ...rows));
}

function showApis({ apis }: BrokerState): void {
  const rows = apis.map(({ name, requests, rate, errors, medianMs, p99Ms }) =>
    row([
      { content: name },
      number(wholeText(requests)),
      number(countText(rate)),
      { content: wholeText(errors), className: errors > 0 ? 'number bad' : 'number' },
      number(millisecondsText(medianMs)),
      number(millisecondsText(p99Ms)),
    ]),
  );
  replaceRows('apis', rows.length > 0 ? rows : [nothing('No requests yet.', 6)]);
}

function showConnections({ connections, connectionCounts }: BrokerState): void {
  note('connections', connections.length, Math.max(connections.length, connectionCounts.at(-1) ?? 0));
  const rows = connections.map((each) =>
    row([
      { content: each.from },
      said(each.clientId),
      said(each.software),
      { content: each.principal, className: 'name faint', title: each.principal },
      { content: each.listener, className: 'faint' },
      number(durationText(each.openMs)),
      number(bytesText(each.bytesIn)),
      number(bytesText(each.bytesOut)),
      number(wholeText(each.pending)),
    ]),
  );
  replaceRows('connections', rows.length > 0 ? rows : [nothing('Nobody is connected.', 9)]);
}
