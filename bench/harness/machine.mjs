/** What a figure hangs on, for the head of each report: the machine, its system, Node, the commit, the checksum's kind. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { native } from '#millrace/native.js';

/** `directory` is where the data goes. */
export function describeMachine(directory) {
  const cpus = os.cpus();
  return {
    processor: `${cpus[0]?.model.trim() || os.arch()}, ${os.availableParallelism()} cores`,
    memory: `${(os.totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    fileSystem: fileSystemOf(directory),
    load: os
      .loadavg()
      .map((load) => load.toFixed(2))
      .join(' '),
    node: `${process.version} (V8 ${process.versions.v8})`,
    commit: commit(),
    checksum: native.crc32cKind,
  };
}

/** The type and the options of the mount that `directory` lies on. */
function fileSystemOf(directory) {
  let mounts;
  try {
    mounts = readFileSync('/proc/self/mounts', 'utf8');
  } catch {
    // Not Linux.
    return 'not known';
  }
  let best = { point: '', text: 'not known' };
  for (const line of mounts.trim().split('\n')) {
    const [, point, type, options] = line.split(' ');
    const holds = directory === point || directory.startsWith(point === '/' ? '/' : `${point}/`);
    if (holds && point.length >= best.point.length) best = { point, text: `${type} (${options})` };
  }
  return best.text;
}

function commit() {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // A clone that another user owns is still only read here.
  const git = (...args) =>
    execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    // A package that lies in somebody else's repository has none of its own.
    if (git('rev-parse', '--show-prefix') !== '') return 'not known';
    const changed = git('status', '--porcelain', '--', 'src', 'native', 'bench') === '' ? '' : ', with changes';
    return `${git('rev-parse', '--short=12', 'HEAD')} of ${git('log', '-1', '--format=%cs')}${changed}`;
  } catch {
    // No git, or no repository: a package.
    return 'not known';
  }
}
