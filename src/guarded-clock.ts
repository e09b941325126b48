/**
 * The clock that coordinators keep time by: what a task of it throws is their own fault, which is logged as such and ends neither the process nor any other task.
 */
import type { Clock } from './clock.ts';
import type { Logger } from './types.ts';

/** `whose`: of the coordinator, for the log. */
export function guardedClock(clock: Clock, logger: Logger, whose: string): Clock {
  return {
    now: () => clock.now(),
    schedule(delayMs, task, keepAlive) {
      const guarded = (): void => {
        try {
          task();
        } catch (error) {
          logger.error?.({ err: error }, `the coordinator of ${whose} failed when a time was over`);
        }
      };
      return clock.schedule(delayMs, guarded, keepAlive);
    },
  };
}
