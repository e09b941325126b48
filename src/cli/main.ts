#!/usr/bin/env node
/** The command `millrace`. What it can do is in program.ts. */
import { processContext } from './process-context.ts';
import { runProgram } from './program.ts';

const context = processContext();
await runProgram(context, process.argv.slice(2));
// A read of a terminal or a pipe that nobody writes cannot be taken back, and would keep the process alive.
if (context.signal.aborted) process.exit();
