/**
 * Subjects in a process apart: one, so that what it does to the heap and to the compiled code is no matter of the next, or in a smoke run all of
 * them. Started by run.mjs; answers by a message a subject.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { subjects } from './subjects.mjs';

const { names, directory, smoke, rounds, isTerminal } = JSON.parse(process.argv[2]);
const scratches = [];
process.once('exit', () => {
  for (const scratch of scratches) rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
// The parent is gone: nobody waits for the answer.
const orphaned = () => process.exit(1);
process.once('disconnect', orphaned);

/** What a subject gets beside its parameters. */
function contextOf(name) {
  const scratch = mkdtempSync(join(directory, `millrace-bench-${name}-`));
  scratches.push(scratch);
  return {
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
}

const told = (report) => new Promise((settle) => process.send(report, settle));

for (const name of names) {
  const { file, parameters } = subjects[name];
  const { measure } = await import(`../${file}`);
  await told({ name, ...(await measure(contextOf(name), parameters)) });
}
process.off('disconnect', orphaned);
process.disconnect();
