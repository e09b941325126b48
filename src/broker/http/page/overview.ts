/// <reference lib="dom" />
/** The head of the page: whether the broker serves, what it is, and how much goes through it. */
import type { BrokerState } from '../broker-state.ts';
import { byId, element, plot } from './element.ts';
import { bytesText, countText, durationText, wholeText } from './figure-text.ts';

export function showStatus(status: BrokerState['status'] | 'unreachable', why: string | null): void {
  byId('status').textContent = status;
  byId('status').dataset.status = status;
  byId('why').textContent = why;
  byId('why').hidden = why === null;
}

export function showOverview(state: BrokerState): void {
  document.title = `millrace ${state.listeners[0] ?? ''}`;
  const facts: [string, string][] = [
    ['listens on', state.listeners.join(', ')],
    ['node', String(state.nodeId)],
    ['cluster', state.clusterId],
    ['data', state.directory],
    ['up', durationText(state.uptimeMs)],
    ['topics', wholeText(state.topicCount)],
    ['partitions', wholeText(state.partitionCount)],
    ['size', bytesText(state.bytes)],
    ['waiting fetches', wholeText(state.waitingFetches)],
  ];
  byId('facts').replaceChildren(
    ...facts.map(([name, value]) => element('div', '', element('dt', '', name), element('dd', '', value))),
  );
  showPlot('records', state.rates.recordsIn, countText);
  showPlot('in', state.rates.bytesIn, bytesText);
  showPlot('out', state.rates.bytesOut, bytesText);
  showPlot('requests', state.rates.requests, countText);
  showPlot('connections', state.connectionCounts, wholeText);
}

function showPlot(id: string, values: readonly number[], text: (value: number | null) => string): void {
  const card = byId(`plot-${id}`);
  card.querySelector('output')!.textContent = text(values.at(-1) ?? null);
  card.querySelector('.plot')!.replaceChildren(plot(values));
  const most = Math.max(0, ...values);
  card.querySelector('.most')!.textContent = most > 0 ? `max ${text(most)}` : '';
}
