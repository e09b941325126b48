#!/usr/bin/env node
/**
 * The command `millrace`. What it can do is in program.ts, which stands in dist/program/, with all that it needs, as CommonJS: of a script can be kept what V8
 * compiled of it, of a module not (docs/decisions/0023). From Node 22 on Node does that, in its folder among the system's temporary files; before, kept-code.ts.
 * NODE_DISABLE_COMPILE_CACHE forbids both.
 */
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';
import { requireKept } from './kept-code.ts';
import type * as ProcessContext from './process-context.ts';
import type * as Program from './program.ts';

const args = process.argv.slice(2);

function programFile(name: string): string {
  return fileURLToPath(new URL(`../program/${name}.cjs`, import.meta.url));
}

/** Null where nothing is to be kept. A command has a file of its own, since it runs what others do not; its help runs next to nothing. */
function keptFile(): string | null {
  const [command = ''] = args;
  const isAtWork = /^[a-z]+$/.test(command) && !args.includes('--help') && !args.includes('-h');
  if (!isAtWork || process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return null;
  return fileURLToPath(new URL(`../../.cache/code/${command}`, import.meta.url));
}

// Node 20 has none.
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
if (enableCompileCache === undefined) requireKept(programFile('code'), keptFile());
else enableCompileCache();
const { processContext } = requireKept(programFile('process-context'), null) as typeof ProcessContext;
const { runProgram } = requireKept(programFile('program'), null) as typeof Program;
const context = processContext();
await runProgram(context, args);
// A read of a terminal or a pipe that nobody writes cannot be taken back, and would keep the process alive.
if (context.signal.aborted) process.exit();
