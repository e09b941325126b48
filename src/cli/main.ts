#!/usr/bin/env node
/** The command `millrace`. What it can do is in program.ts. */
import { processContext } from './process-context.ts';
import { runProgram } from './program.ts';

await runProgram(processContext(), process.argv.slice(2));
