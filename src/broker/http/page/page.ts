/// <reference lib="dom" />
/** The script of the page: asks for the broker's state each second while somebody looks, and shows it. */
import type { BrokerState } from '../broker-state.ts';
import { byId } from './element.ts';
import { showOverview, showStatus } from './overview.ts';
import { showTables } from './tables.ts';

const INTERVAL_MS = 1000;

class Page {
  /** The topic whose partitions are shown; kept in the address, so that it can be sent to somebody. */
  #selected: string | null = null;
  #asks = 0;

  start(): void {
    this.#readAddress();
    addEventListener('hashchange', () => {
      this.#readAddress();
      void this.#refresh();
    });
    byId('topics').addEventListener('click', ({ target }) => {
      const topic = target instanceof HTMLElement ? target.dataset.topic : undefined;
      if (topic !== undefined) this.#toggle(topic);
    });
    void this.#run();
  }

  #readAddress(): void {
    this.#selected = new URLSearchParams(location.hash.slice(1)).get('topic');
  }

  #toggle(topic: string): void {
    location.hash = topic === this.#selected ? '' : String(new URLSearchParams({ topic }));
  }

  async #run(): Promise<never> {
    for (;;) {
      if (!document.hidden) await this.#refresh();
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }

  async #refresh(): Promise<void> {
    const ask = ++this.#asks;
    const selected = this.#selected;
    const query = selected === null ? '' : `?${String(new URLSearchParams({ topic: selected }))}`;
    try {
      const response = await fetch(`/state.json${query}`, { signal: AbortSignal.timeout(10 * INTERVAL_MS) });
      if (!response.ok) throw new Error(await response.text());
      const state = (await response.json()) as BrokerState;
      // A later one is on its way.
      if (ask !== this.#asks) return;
      showStatus(state.status, state.why);
      showOverview(state);
      showTables(state, selected);
    } catch {
      // The broker is gone, or starts anew: the next second tells.
      showStatus('unreachable', 'The broker does not answer; what is shown is what it said last.');
    }
  }
}

// Where there is no page there is nothing to start: a test that reads the module.
if (typeof document === 'object') new Page().start();
