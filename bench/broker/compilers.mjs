/** What programs of the benchmark are compiled by, on the machine that runs it. */
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a source, from here. */
export const sourceOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));

export function succeeds(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

export function compile(compiler, args) {
  const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} ended with status ${status}: ${stderr}`);
}

/** Compiles a program of one file into a directory; returns where it is. */
export function compileC(directory, source, flags = []) {
  const program = join(directory, basename(source, '.c'));
  compile('cc', [
    '-std=c11',
    '-D_POSIX_C_SOURCE=200809L',
    '-O2',
    '-o',
    program,
    sourceOf(source),
    ...flags,
    '-lpthread',
  ]);
  return program;
}
