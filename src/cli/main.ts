#!/usr/bin/env node
/**
 * The command `millrace`. What it can do is in program.ts.
 *
 * Half of a start is V8 compiling text that it compiled the last time too. From Node 22 on it can keep that, in Node's folder among the system's temporary files, unless
 * NODE_DISABLE_COMPILE_CACHE is set; the folder is named before anything else is loaded.
 */
import * as nodeModule from 'node:module';

// Node 20 has none.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const [{ processContext }, { runProgram }] = await Promise.all([
  import('./process-context.ts'),
  import('./program.ts'),
]);
const context = processContext();
await runProgram(context, process.argv.slice(2));
// A read of a terminal or a pipe that nobody writes cannot be taken back, and would keep the process alive.
if (context.signal.aborted) process.exit();
