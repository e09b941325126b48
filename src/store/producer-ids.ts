/**
 * The producer ids that a store gives out, each once, whatever happens: taken from the file `millrace-producer-ids.json` in blocks, and the rest of a
 * block is left unused by a restart. Kafka, whose controller keeps them elsewhere, ignores the file.
 *
 *     {"version":0,"next":3000}
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import { readWholeFile, writeWholeFile } from '../file/atomic-file.ts';
import { PRODUCER_ID_BLOCK } from '../limits.ts';
import { type StoreEnvironment, writing } from './store-environment.ts';

export const PRODUCER_IDS_FILE = 'millrace-producer-ids.json';
const VERSION = 0;

export class ProducerIds {
  readonly #environment: StoreEnvironment;
  #next = 0;
  #end = 0;

  constructor(environment: StoreEnvironment) {
    this.#environment = environment;
  }

  /** Errors: NO_SPACE, OFFLINE, IO, and CORRUPT where the file is not readable: a guess might give an id twice. */
  next(): number {
    if (this.#next === this.#end) this.#takeBlock();
    return this.#next++;
  }

  #takeBlock(): void {
    const { system, directory } = this.#environment;
    const path = join(directory, PRODUCER_IDS_FILE);
    writing(this.#environment, () => {
      const next = readNext(readWholeFile(system, path), path);
      writeWholeFile(system, path, `{"version":${VERSION},"next":${next + PRODUCER_ID_BLOCK}}\n`);
      this.#next = next;
      this.#end = next + PRODUCER_ID_BLOCK;
    });
  }
}

function readNext(text: string | null, path: string): number {
  if (text === null) return 0;
  try {
    const { version, next } = JSON.parse(text) as { version?: unknown; next?: unknown };
    if (version === VERSION && Number.isSafeInteger(next) && (next as number) >= 0) return next as number;
  } catch {
    // What is no JSON is no better than JSON that says something else.
  }
  throw new MillraceError('ERR_MILLRACE_CORRUPT', `${path} does not say which producer id is the next`, { path });
}
