/**
 * The clock that groups keep time by: what a task of it throws is the broker's own fault, which is logged as such and ends neither the process nor any other task.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../types.ts';

export function guardedClock(clock: Clock, logger: Logger): Clock {
  return {
    now: () => clock.now(),
    schedule(delayMs, task, keepAlive) {
      const guarded = (): void => {
        try {
          task();
        } catch (error) {
          logger.error?.({ err: error }, 'the coordinator of groups failed when a time was over');
        }
      };
      return clock.schedule(delayMs, guarded, keepAlive);
    },
  };
}
