/** Copies of directories, and what is in them, for both judges. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const CLEAN_MARKER = '.kafka_cleanshutdown';
const RECOVERY_POINTS = 'recovery-point-offset-checkpoint';

/** Hands out fresh directories under one root. */
export class Workshop {
  #root;
  #count = 0;

  constructor(root) {
    this.#root = root;
  }

  /** A directory that does not exist yet; its parent does. `name` stays the last part: Kafka reads topic and partition from it. */
  fresh(name) {
    const parent = join(this.#root, String(this.#count++));
    mkdirSync(parent, { recursive: true });
    return join(parent, name);
  }

  copy(directory, name) {
    const target = this.fresh(name);
    cpSync(directory, target, { recursive: true });
    return target;
  }

  /** Gives the space of a copy back. */
  drop(directory) {
    rmSync(join(directory, '..'), { recursive: true, force: true });
  }
}

/** Makes a store's directory look as after a crash before anything was checkpointed: all of it has to be recovered. */
export function forgetCleanStop(storeDirectory) {
  rmSync(join(storeDirectory, CLEAN_MARKER), { force: true });
  rmSync(join(storeDirectory, RECOVERY_POINTS), { force: true });
}

export function hasCleanMarker(storeDirectory) {
  return existsSync(join(storeDirectory, CLEAN_MARKER));
}

export function partitionsOf(storeDirectory) {
  return readdirSync(storeDirectory)
    .filter((name) => /-\d+$/.test(name))
    .sort();
}

/** Name, size and SHA-256 of the files with one of the suffixes, in the shape of Kafka's report. */
export function filesOf(directory, suffixes) {
  const files = {};
  for (const name of readdirSync(directory).sort()) {
    if (!suffixes.some((suffix) => name.endsWith(suffix))) continue;
    const bytes = readFileSync(join(directory, name));
    files[name] = { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
  return files;
}

/** The same selection from a report of Kafka's. */
export function selectFiles(files, suffixes) {
  return Object.fromEntries(Object.entries(files).filter(([name]) => suffixes.some((suffix) => name.endsWith(suffix))));
}
