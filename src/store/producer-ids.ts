/**
 * Gives out producer ids, no id twice in the life of a data directory: the file `millrace-producer-ids.json`, which Kafka ignores.
 *
 *     {"version":0,"next":1099511628776}
 *
 * A block of ids is taken by moving `next` past it, durably, before any of them is given out; a stop leaves the rest of the block unused. Ids begin at 2^40,
 * so that none is one that a Kafka cluster gives out, which counts from 0: logs may come from one and may go to one. (ProducerIdManager.)
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import { readTextFile, writeWholeFile } from '../file/atomic-file.ts';
import { PRODUCER_ID_BLOCK } from '../limits.ts';
import { type StoreEnvironment, writing } from './store-environment.ts';

export const PRODUCER_IDS_FILE = 'millrace-producer-ids.json';
const VERSION = 0;
const FIRST_ID = 2 ** 40;
const CONTENT = /^\s*\{\s*"version"\s*:\s*0\s*,\s*"next"\s*:\s*(\d{1,16})\s*\}\s*$/;

export class ProducerIds {
  readonly #environment: StoreEnvironment;
  #next = 0;
  /** Ids below it are taken. */
  #end = 0;

  constructor(environment: StoreEnvironment) {
    this.#environment = environment;
  }

  /** An id that nobody has had. Errors: NO_SPACE, OFFLINE, CORRUPT. */
  next(): number {
    if (this.#next === this.#end) this.#take();
    return this.#next++;
  }

  #take(): void {
    const { system, directory } = this.#environment;
    const path = join(directory, PRODUCER_IDS_FILE);
    // Asked each time: nobody may have put an older file in its place.
    const first = Math.max(this.#end, readNext(readTextFile(system, path), path));
    const end = first + PRODUCER_ID_BLOCK;
    writing(this.#environment, () => writeWholeFile(system, path, `{"version":${VERSION},"next":${end}}\n`));
    this.#next = first;
    this.#end = end;
  }
}

/** The first id that was never taken. */
export function readNext(text: string | null, path: string): number {
  if (text === null) return FIRST_ID;
  const [, next = ''] = CONTENT.exec(text) ?? [];
  if (next !== '' && Number.isSafeInteger(Number(next) + PRODUCER_ID_BLOCK)) return Number(next);
  throw new MillraceError(
    'ERR_MILLRACE_CORRUPT',
    `${path} does not say which producer ids are taken; write {"version":0,"next":N} with an N above every one in the logs`,
    { path },
  );
}
