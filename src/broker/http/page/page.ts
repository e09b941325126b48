/// <reference lib="dom" />
/** The script of the page: asks for the broker's state each second while somebody looks, and shows it. */
import type { BrokerState } from '../broker-state.ts';
import { byId } from './element.ts';
import { showOverview, showStatus } from './overview.ts';
import { type Selection, showTables } from './tables.ts';

const INTERVAL_MS = 1000;

function queryOf({ topic, group }: Selection): string {
  const query = new URLSearchParams();
  if (topic !== null) query.set('topic', topic);
  if (group !== null) query.set('group', group);
  return String(query);
}

class Page {
  /** The topic and the group that are shown in full; kept in the address, so that it can be sent to somebody. */
  #selected: Selection = { topic: null, group: null };
  #asks = 0;

  start(): void {
    this.#readAddress();
    addEventListener('hashchange', () => {
      this.#readAddress();
      void this.#refresh();
    });
    for (const kind of ['topic', 'group'] as const) {
      byId(`${kind}s`).addEventListener('click', ({ target }) => {
        const name = target instanceof HTMLElement ? target.dataset[kind] : undefined;
        if (name !== undefined) this.#toggle(kind, name);
      });
    }
    void this.#run();
  }

  #readAddress(): void {
    const address = new URLSearchParams(location.hash.slice(1));
    this.#selected = { topic: address.get('topic'), group: address.get('group') };
  }

  #toggle(kind: keyof Selection, name: string): void {
    location.hash = queryOf({ ...this.#selected, [kind]: name === this.#selected[kind] ? null : name });
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
    try {
      const response = await fetch(`/state.json?${queryOf(selected)}`, {
        signal: AbortSignal.timeout(10 * INTERVAL_MS),
      });
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
