/**
 * What the quick start is told on the command line, and the directory that it may use.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run quick-start -- [--bytes N] [--data DIR] [--keep]

  --bytes N    how many bytes of events to append; default 536870912 (512 MiB)
  --data DIR   where to put the data, which then stays there; default a temporary directory, which is removed
  --keep       leave the temporary directory where it is
  --help       this text`;

/** What a user did wrong, in one sentence. */
export class UsageError extends Error {}

/** Reads the arguments; throws a `UsageError`. */
export function readArguments(args) {
  const { bytes, data, keep, help } = parse(args);
  if (!/^[1-9]\d{0,14}$/.test(bytes)) {
    throw new UsageError(`--bytes takes a whole number of bytes from 1 on, not ${JSON.stringify(bytes)}.`);
  }
  if (data === '') throw new UsageError('--data takes the name of a directory, not "".');
  return { bytes: Number(bytes), data, keep, help };
}

function parse(args) {
  const options = {
    bytes: { type: 'string', default: String(512 * 1024 * 1024) },
    data: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(`${error.message.split(/[.\n]/, 1)[0]}; see --help.`, { cause: error });
  }
}

/** Linux's number for a file system that lives in memory. */
const TMPFS = 0x0102_1994;

/** Makes the data directory and sees to it that `bytes` of events fit: `{ path, isTemporary, isMemory, remove() }`. */
export function dataDirectory({ data, keep, bytes }) {
  const isTemporary = data === undefined && !keep;
  const path = data === undefined ? mkdtempSync(join(tmpdir(), 'millrace-quick-start-')) : makeDirectory(resolve(data));
  const remove = () => {
    if (isTemporary) rmSync(path, { recursive: true, force: true });
  };
  const { bavail, bsize, type } = statfsSync(path);
  // Beside the records: their batches' headers, indexes, and what is reserved ahead of the writers.
  const needed = bytes * 1.05 + 128 * 1024 * 1024;
  if (bavail * bsize < needed) {
    if (data === undefined) rmSync(path, { recursive: true });
    const [free, wanted] = [bavail * bsize, needed].map((size) => `${Math.floor(size / 1024 / 1024)} MiB`);
    throw new UsageError(
      `${path} has ${free} free and this takes ${wanted}; name another place with --data, or a smaller --bytes.`,
    );
  }
  return { path, isTemporary, isMemory: type === TMPFS, remove };
}

function makeDirectory(path) {
  try {
    // Its parent must exist: a typing error should not leave a row of directories.
    if (!existsSync(path)) mkdirSync(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be made: ${error.code}.`, { cause: error });
  }
  if (!statSync(path).isDirectory()) throw new UsageError(`${path} is not a directory.`);
  return path;
}
