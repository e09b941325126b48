/// <reference lib="dom" />
/** The tables of the page: topics with the partitions of the one that was chosen, requests, connections. */
import type { BrokerState, PartitionState, TopicState } from '../broker-state.ts';
import { byId, type Cell, element, nothing, number, plot, row } from './element.ts';
import { bytesText, countText, durationText, millisecondsText, wholeText } from './figure-text.ts';

export function showTables(state: BrokerState, selected: string | null): void {
  showTopics(state, selected);
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
  const button = element('button', '', topic.name);
  button.setAttribute('type', 'button');
  button.setAttribute('aria-expanded', String(isSelected));
  button.dataset.topic = topic.name;
  return row([
    { content: button, className: 'name', title: topic.name },
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
  const cell = element('td', '', element('table', '', element('tr', '', ...heads), ...rows));
  cell.setAttribute('colspan', '7');
  return element('tr', 'detail', cell);
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

/** What a client says of itself, or does not. */
function said(name: string | null): Cell {
  return { content: name ?? '–', className: name === null ? 'name faint' : 'name', title: name ?? '' };
}

function note(id: string, shown: number, all: number): void {
  byId(`${id}-note`).textContent = shown < all ? `${wholeText(shown)} of ${wholeText(all)}` : '';
}

/** Keeps the focus where it was, if that is a topic. */
function replaceRows(id: string, rows: readonly HTMLElement[]): void {
  const body = byId(id);
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && body.contains(active) ? active.dataset.topic : undefined;
  body.replaceChildren(...rows);
  if (focused === undefined) return;
  for (const button of body.querySelectorAll('button')) if (button.dataset.topic === focused) button.focus();
}
