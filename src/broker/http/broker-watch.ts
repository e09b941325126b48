/** Looks at a broker once a second, by its clock, and keeps how fast its counters moved lately, so that a page that is opened has something to show at once. */
import { RATE_INTERVAL_MS, RATES_KEPT_MAX, SHOWN_TOPICS_MAX } from '../../limits.ts';
import type { TopicDescription } from '../../store/topic.ts';
import { ClosedSizes } from './closed-sizes.ts';
import { GroupWatch } from './group-watch.ts';
import { RateSeries } from './rate-series.ts';
import type { ServedBroker } from './served-broker.ts';

/** What is counted of a topic, and of all of them. */
export const trafficCounters = ['recordsIn', 'bytesIn', 'bytesOut'] as const;
type Counter = (typeof trafficCounters)[number] | 'requests';
type Counts = Record<Counter, number>;

export class BrokerWatch {
  readonly sizes: ClosedSizes;
  readonly groups: GroupWatch;
  readonly #broker: ServedBroker;
  readonly #totals = new Map<Counter, RateSeries>();
  /** By topic id; in the order of the topics. */
  #topics = new Map<string, Map<Counter, RateSeries>>();
  readonly #apis = new Map<string, RateSeries>();
  readonly #connections: number[] = [];
  #cancel: () => void = () => undefined;

  constructor(broker: ServedBroker) {
    this.#broker = broker;
    this.sizes = new ClosedSizes(broker.store);
    this.groups = new GroupWatch(broker.store);
    this.look();
    this.#schedule();
  }

  stop(): void {
    this.#cancel();
  }

  /** The topics that are shown, by name. */
  shownTopics(): TopicDescription[] {
    return this.#broker.store
      .topics()
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, SHOWN_TOPICS_MAX);
  }

  rates(counter: Counter): readonly number[] {
    return this.#totals.get(counter)?.rates ?? [];
  }

  topicRates({ id }: TopicDescription, counter: Counter): readonly number[] {
    return this.#topics.get(id)?.get(counter)?.rates ?? [];
  }

  apiRate(name: string): number {
    return this.#apis.get(name)?.current ?? 0;
  }

  /** How many were open, at each look. */
  get connections(): readonly number[] {
    return this.#connections;
  }

  look(): void {
    const { store, clock, statistics, listeners } = this.#broker;
    if (store.isClosed) return;
    void this.groups.look();
    const now = clock.now();
    const total: Counts = { recordsIn: 0, bytesIn: 0, bytesOut: 0, requests: 0 };
    const byTopic = new Map<string, Counts>();
    for (const { topic, log } of store.openPartitions()) {
      const counts = byTopic.get(topic) ?? { recordsIn: 0, bytesIn: 0, bytesOut: 0, requests: 0 };
      byTopic.set(topic, counts);
      for (const counter of trafficCounters) {
        counts[counter] += log.traffic[counter];
        total[counter] += log.traffic[counter];
      }
    }
    for (const api of statistics.apis) {
      total.requests += api.requests;
      move(this.#apis, api.name, api.requests, now);
    }
    for (const counter of [...trafficCounters, 'requests'] as const) move(this.#totals, counter, total[counter], now);
    this.#moveTopics(byTopic, now);
    this.#connections.push(listeners.reduce((sum, { connections }) => sum + connections.size, 0));
    if (this.#connections.length > RATES_KEPT_MAX) this.#connections.shift();
  }

  /** Topics that went are forgotten. */
  #moveTopics(byTopic: ReadonlyMap<string, Counts>, now: number): void {
    const before = this.#topics;
    this.#topics = new Map();
    for (const { id, name } of this.shownTopics()) {
      const series = before.get(id) ?? new Map<Counter, RateSeries>();
      const counts = byTopic.get(name);
      for (const counter of trafficCounters) move(series, counter, counts?.[counter] ?? 0, now);
      this.#topics.set(id, series);
    }
  }

  #schedule(): void {
    this.#cancel = this.#broker.clock.schedule(RATE_INTERVAL_MS, () => {
      this.look();
      this.#schedule();
    });
  }
}

function move<K>(series: Map<K, RateSeries>, key: K, counter: number, now: number): void {
  const found = series.get(key);
  if (found === undefined) series.set(key, new RateSeries(counter, now));
  else found.add(counter, now);
}
