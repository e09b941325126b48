/**
 * One subject in a process of its own, so that what one does to the heap and to the compiled code is no matter of the next. Started by
 * run.mjs; answers by a message.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { subjects } from './subjects.mjs';

const { name, directory, smoke, rounds, isTerminal } = JSON.parse(process.argv[2]);
const scratch = mkdtempSync(join(directory, `millrace-bench-${name}-`));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
// The parent is gone: nobody waits for the answer.
const orphaned = () => process.exit(1);
process.once('disconnect', orphaned);

/** What a subject gets beside its parameters. */
const context = {
  /** An empty directory that goes when the process ends. */
  directory: scratch,
  smoke,
  rounds,
  /** The first in a real run, the second in a smoke run. */
  pick: (full, tiny) => (smoke ? tiny : full),
  progress(done, total) {
    if (isTerminal)
      process.stderr.write(`\r\u001b[K${name}: round ${done} of ${total}${done === total ? '\r\u001b[K' : ''}`);
  },
};

const { file, parameters } = subjects[name];
const { measure } = await import(`../${file}`);
const report = await measure(context, parameters);
process.send({ name, ...report }, () => {
  process.off('disconnect', orphaned);
  process.disconnect();
});
