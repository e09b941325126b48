/** What has happened in many random histories together, by kind: a test must have met all that it is about. */
import { expect } from 'vitest';

export class HistoryCounts {
  readonly #counts = new Map<string, number>();

  /** Those of one history. */
  add(counts: Readonly<Record<string, number>>): void {
    for (const [kind, count] of Object.entries(counts)) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  expectEach(kinds: readonly string[]): void {
    for (const kind of kinds) expect(this.#counts.get(kind) ?? 0, kind).toBeGreaterThan(0);
  }
}
