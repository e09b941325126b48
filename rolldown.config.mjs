/**
 * How the sources become the code that is shipped: one chunk for all that `import 'millrace'` needs, so that it opens two files and not a hundred
 * (docs/decisions/0012). Dependencies stay outside. Declarations are tsc's work, which also checks the types.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';
import { browserScript, chunkNames, chunkOf, programCode, programDoors, programFileOf } from './tools/build/chunks.mjs';

const source = fileURLToPath(new URL('src', import.meta.url));
const modules = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

const library = defineConfig({
  input: Object.fromEntries(modules.map((path) => [path.slice(0, -'.ts'.length), `${source}/${path}`])),
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  platform: 'node',
  transform: { target: 'node20.19' },
  // What nobody reads may be there to be kept alive (docs/decisions/0011).
  treeshake: false,
  preserveEntrySignatures: 'strict',
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
  output: {
    dir: 'dist',
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: {
      groups: chunkNames.map((name, i) => ({
        name,
        priority: chunkNames.length - i,
        test: (id) => chunkOf(relative(source, id)) === name,
      })),
    },
    // Names of classes and functions are seen in errors and by util.inspect.
    keepNames: true,
    minify: false,
    minifyInternalExports: false,
    comments: false,
    sourcemap: true,
    // src/ is in the package.
    sourcemapExcludeSources: true,
  },
});

/** All of the program, commander too: dist/cli/main.js loads it, and nothing else does. */
const program = defineConfig({
  input: Object.fromEntries(programDoors.map((name) => [name, `${source}/cli/${name}.ts`])),
  external: (id) => id !== 'commander' && library.external(id),
  platform: 'node',
  transform: library.transform,
  treeshake: false,
  onLog: library.onLog,
  output: {
    dir: 'dist/program',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    codeSplitting: {
      groups: programCode.map((name) => ({
        name,
        test: (id) => (id.startsWith(source) ? programFileOf(relative(source, id)) : 'code') === name,
      })),
    },
    keepNames: true,
    comments: false,
    banner: ({ name }) => (name === 'code' ? noticeOf('commander') : ''),
  },
});

/** What a package asks of who passes it on. */
function noticeOf(name) {
  const license = readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8');
  return `/*!\n * With ${name}:\n *\n${license.trim().replaceAll(/^/gm, ' * ')}\n */`;
}

const page = defineConfig({
  input: { [browserScript.name]: `${source}/${browserScript.source}` },
  platform: 'browser',
  transform: { target: 'es2022' },
  onLog: library.onLog,
  output: { dir: 'dist/chunks', format: 'es', entryFileNames: '[name].js', comments: false },
});

export default [library, program, page];
