/**
 * Which file of dist/chunks/ each source goes into.
 *
 * Every source keeps a file of its own name in dist/, a door that holds no code: its exports, taken from a chunk. So `millrace`, the modules that
 * threads load, tests and benchmarks, whatever they import, meet the same objects, and a program opens few files. Only the command's main
 * file is itself, for its first line.
 *
 * The program `millrace` has the same code once more, in dist/program/, as CommonJS.
 */

/** What knows no addon and is shared by those that need one and those that do not: errors, bounds, and how fields of messages are encoded. */
const base =
  /^(?:assert|errors|lazy-module|limits|package-root)\.ts$|^protocol\/(?:coordinator-partition|integers|message-reader|message-writer|uuid)\.ts$/;

/** What the program needs for any command. */
const program =
  /^cli\/(?:context|descriptor-stream|failure|option-values|output|process-context|program|warnings)\.ts$/;

/**
 * What an open store comes to need, if at all, when it is open: reading beside a writer, verification and plans, assignors. The library
 * imports it by `import()`.
 */
const later =
  /^group\/(?:assignor\/|(?:assignment|partitions|subscription)-format)|^log\/(?:epoch-audit|followed-producers|log-directory-check|log-follower|log-front|log-verification|news-watch|transaction-audit)\.|^segment\/(?:batch-walk|finding|index-audit|index-contents|log-contents|record-check|segment-verification)\.|^store\/(?:checkpoint-check|directory-check|file-contents|followed-offsets|read-only-store|recovery-plan|store-usage|store-verification)\.|^file\/rehearsal\./;

/** Chunks by name, each with what it takes; the first that takes a source has it. Who imports one loads those above it too, as far as it needs them. */
const chunks = {
  base: (path) => base.test(path),
  protocol: (path) => path.startsWith('protocol/'),
  library: (path) => !later.test(path) && !/^(?:broker|cli|metrics|security)\//.test(path),
  later: (path) => later.test(path),
  security: (path) => path.startsWith('security/'),
  metrics: (path) => path.startsWith('metrics/'),
  broker: (path) => /^broker\/(?!http\/)/.test(path),
  'web-server': (path) => path.startsWith('broker/http/'),
  'command-line': (path) => program.test(path),
  'broker-command': (path) => path === 'cli/commands/broker.ts',
  'kept-code': (path) => path === 'cli/kept-code.ts',
  commands: (path) => path !== 'cli/main.ts',
};

export const chunkNames = Object.keys(chunks);

/** The script of the broker's web page, made anew for browsers: one file that imports nothing. Its doors lead to the same code for tests in Node. */
export const browserScript = { name: 'page', source: 'broker/http/page/page.ts' };

/** What a broker does not start with is apart in dist/program/, too. */
const apart = ['later', 'metrics', 'web-server', 'commands'];

/** Files of dist/program/: the two doors that main.ts takes, and the code. */
export const programDoors = ['process-context', 'program'];
export const programCode = ['code', ...apart];

/**
 * @param {string} path of a source, below src/
 * @returns {string} the file of dist/program/ that has its code
 */
export function programFileOf(path) {
  const chunk = chunkOf(path) ?? '';
  return apart.includes(chunk) ? chunk : 'code';
}

/** A file of the bundler's own, beside the chunks and in dist/program/. */
export const runtimeName = 'rolldown-runtime';

/** All that dist/program/ has, by paths below dist/. */
export const programFiles = [...programDoors, ...programCode, runtimeName].map((name) => `program/${name}.cjs`);

/**
 * @param {string} path of a source, below src/
 * @returns {string | null} null for one that stays apart
 */
export function chunkOf(path) {
  return chunkNames.find((name) => chunks[name](path)) ?? null;
}
