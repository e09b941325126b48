import { readFileSync } from 'node:fs';

const MIB = 1024 * 1024;

/** MiB of memory that are this process's own, without pages of files that are mapped. 0 where there is no Linux to ask. */
export function privateMib(): number {
  if (process.platform !== 'linux') return 0;
  const [, kib] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return (Number(kib) * 1024) / MIB;
}
