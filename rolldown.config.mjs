/**
 * How the sources become the code that is shipped: one chunk for all that `import 'millrace'` needs, so that it opens two files and not a hundred
 * (docs/decisions/0012). Dependencies stay outside. Declarations are tsc's work, which also checks the types.
 */
import { readdirSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';
import { browserScript, chunkNames, chunkOf } from './tools/build/chunks.mjs';

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

const page = defineConfig({
  input: { [browserScript.name]: `${source}/${browserScript.source}` },
  platform: 'browser',
  transform: { target: 'es2022' },
  onLog: library.onLog,
  output: { dir: 'dist/chunks', format: 'es', entryFileNames: '[name].js', comments: false },
});

export default [library, page];
