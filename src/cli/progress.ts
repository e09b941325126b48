/**
 * A progress bar with rate and time left, for work that takes a while: on a terminal only, and on standard error, so that results stay clean.
 *
 * `update` may be called as often as the caller likes: it is drawn a few times a second.
 */
import type * as CliProgress from 'cli-progress';
import { lazily, requirePackage } from '../lazy-module.ts';
import type { CliContext } from './context.ts';
import { showBytes, showCount } from './output.ts';

export interface ProgressOptions {
  readonly total: number;
  readonly unit: 'bytes' | 'records' | 'partitions';
}

export interface Progress {
  update(done: number): void;
  stop(): void;
}

/** Loaded when there is something to show: it took a fifth of the time of `millrace --version` (docs/decisions/0012). */
const cliProgress = lazily(() => requirePackage('cli-progress') as typeof CliProgress);

const DRAWS_PER_SECOND = 5;
const BAR_WIDTH = 30;
const NO_PROGRESS: Progress = { update: () => undefined, stop: () => undefined };

/** Begins to show progress towards `total`; nothing is shown when standard error is no terminal. */
export function createProgress(context: CliContext, options: ProgressOptions): Progress {
  const { total, unit } = options;
  if (context.stderr.isTTY !== true || total <= 0) return NO_PROGRESS;
  const began = performance.now();
  const bar = new (cliProgress().SingleBar)({
    stream: context.stderr,
    fps: DRAWS_PER_SECOND,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
    format: (_settings, { value, progress }) => {
      const filled = Math.round(Math.min(1, progress) * BAR_WIDTH);
      const drawn = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
      return `${drawn} ${describeProgress({ done: value, total, unit, elapsedMs: performance.now() - began })}`;
    },
  });
  bar.start(total, 0);
  return {
    update: (done) => bar.update(Math.min(done, total)),
    stop: () => bar.stop(),
  };
}

/** `42 %  1.20 GiB of 2.85 GiB  310 MiB/s  5 s left` */
export function describeProgress(state: ProgressOptions & { done: number; elapsedMs: number }): string {
  const { done, total, unit, elapsedMs } = state;
  const show = unit === 'bytes' ? showBytes : showCount;
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const percent = Math.floor((done / total) * 100);
  const what = unit === 'bytes' ? `${show(done)} of ${show(total)}` : `${show(done)} of ${show(total)} ${unit}`;
  const parts = [`${percent} %`, what, `${show(Math.round(rate))}/s`];
  if (rate > 0) parts.push(`${showTime((total - done) / rate)} left`);
  return parts.join('  ');
}

function showTime(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
