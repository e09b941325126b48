/**
 * A lock file between build processes of one checkout.
 *
 * Promises that of two processes that ask for it, one waits until the other has let go or has died. A holder proves that it lives by
 * touching its file; a file that was not touched for `staleMs`, or whose process is gone, is taken over. Does not protect
 * against processes that do not ask for it. Knows nothing but Node's own modules.
 */
import { mkdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const touchMs = 2_000;
const staleMs = 60_000;
const pollMs = 100;

/**
 * Waits for the lock at `path` and returns the function that lets go of it. `onWait` is called once, with the
 * holder's process id, if somebody else holds it.
 *
 * @param {string} path
 * @param {(pid: number) => void} [onWait]
 * @returns {Promise<() => void>}
 */
export async function acquireLock(path, onWait = () => {}) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), since: Date.now() });
  let waited = false;
  while (!createFile(path, mine)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (isStale(holder)) {
      takeAway(path, holder);
      continue;
    }
    // A holder that has just made its file has yet to write its id into it.
    if (!waited && holder.pid !== undefined) {
      waited = true;
      onWait(holder.pid);
    }
    await sleep(pollMs);
  }
  const timer = setInterval(() => touch(path), touchMs);
  timer.unref();
  return function release() {
    clearInterval(timer);
    if (readHolder(path)?.text === mine) removeFile(path);
  };
}

/** What a lock file says, or undefined when there is none. */
function readHolder(path) {
  try {
    const text = readFileSync(path, 'utf8');
    const touchedAtMs = statSync(path).mtimeMs;
    const { pid, host } = parse(text);
    return { text, touchedAtMs, pid, host };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    // A holder that died between creating its file and filling it leaves an empty one: only its age judges it.
    return {};
  }
}

export function isStale(holder, now = Date.now()) {
  if (now - holder.touchedAtMs > staleMs) return true;
  return holder.pid !== undefined && holder.host === hostname() && !isAlive(holder.pid);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/**
 * Removes a stale lock. Two waiters may see the same stale file; were both to unlink, the second would unlink the first one's new lock. So
 * only the holder of a second file removes, after it has looked again.
 */
function takeAway(path, stale) {
  const guard = `${path}.takeover`;
  if (!createFile(guard, '')) {
    const age = Date.now() - (readHolder(guard)?.touchedAtMs ?? Date.now());
    if (age > staleMs) removeFile(guard);
    return;
  }
  try {
    if (readHolder(path)?.text === stale.text) removeFile(path);
  } finally {
    removeFile(guard);
  }
}

function createFile(path, text) {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function removeFile(path) {
  try {
    unlinkSync(path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Somebody removed the file; the build goes on, and its end finds nothing to remove.
  }
}
