/** The life of one log in the model test: so many random steps from one seed. */
import { LogRun } from './log-run.ts';
import type { TestedFileSystem } from './tested-file-system.ts';

const STEPS = 120;

/** Lives it; what fails names the seed and the steps before. */
export async function live(seed: number, system: TestedFileSystem, directory: string): Promise<LogRun> {
  const run = new LogRun(seed, system, directory);
  try {
    for (let i = 0; i < STEPS; i++) await run.step();
  } catch (error) {
    const trace = run.trace.slice(-40).join('\n');
    const message = `MILLRACE_SEED=${seed}, after ${run.trace.length - 1} steps\n${trace}\n${String(error)}`;
    throw new Error(message, { cause: error });
  }
  return run;
}
