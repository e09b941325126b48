/** What a process has taken of the processors so far, in its own threads and in the kernel for it: `/proc/PID/stat`, in ticks of 10 ms (proc(5)). */
import { readFileSync } from 'node:fs';

/** What cannot be told from nothing. */
export const MICROS_A_TICK = 10_000;
/** Fields after the command's name, which may hold anything: its state is the first. */
const UTIME = 11;

/** Of all of its threads, also of those that have ended. */
export function processorMicros(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[UTIME + 1])) * MICROS_A_TICK;
}
