/**
 * Loads a file as `require` does, with what V8 compiled of it the last time: compiling is half of a start.
 *
 * What is kept begins with a line that has its digest, since V8 ends the process where it is damaged, and says of which file and which Node it is; what other flags
 * made, V8 refuses. It is written a second after the start or when the process has ended well, whatever is first, and has the functions that ran until then. Where
 * it cannot be written, the next start compiles again, and nobody is told.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

const KEPT_AFTER_MS = 1000;
const LINE_END = 0x0a;

type Wrapped = (
  exports: unknown,
  require: NodeJS.Require,
  module: NodeJS.Module,
  filename: string,
  folder: string,
) => void;

/** What `path`, a CommonJS file without `import()`, exports. `keptPath` is the file of what is kept; null to load it as always. */
export function requireKept(path: string, keptPath: string | null): unknown {
  const require = createRequire(path);
  if (keptPath === null) return require(path);
  const origin = originOf(path);
  const cachedData = readKept(keptPath, origin);
  // On the first line, so that the lines keep their numbers.
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`;
  const script = new Script(text, { filename: path, cachedData });
  if (cachedData === undefined || script.cachedDataRejected === true) keepSoon(script, keptPath, origin);
  const module = new Module(path);
  // Its own chunks ask for it.
  require.cache[path] = module;
  (script.runInThisContext() as Wrapped)(module.exports, require, module, path, dirname(path));
  module.loaded = true;
  return module.exports;
}

/** V8 compares no more of a text than its length; npm gives all files one time of change, but not one of their inode's. */
function originOf(path: string): string {
  const { ino, size, ctimeMs } = statSync(path);
  return `${path} ${ino} ${size} ${ctimeMs} ${process.version} ${process.arch}`;
}

function readKept(keptPath: string, origin: string): Buffer | undefined {
  let content: Buffer;
  try {
    content = readFileSync(keptPath);
  } catch {
    // The first start.
    return undefined;
  }
  const end = content.indexOf(LINE_END);
  const compiled = content.subarray(end + 1);
  return content.toString('utf8', 0, end) === firstLine(origin, compiled) ? compiled : undefined;
}

function firstLine(origin: string, compiled: Buffer): string {
  return `${createHash('sha256').update(compiled).digest('hex')} ${origin}`;
}

function keepSoon(script: Script, keptPath: string, origin: string): void {
  const keep = (): void => {
    clearTimeout(timer);
    process.off('exit', keepAtEnd);
    writeKept(keptPath, origin, script.createCachedData());
  };
  const keepAtEnd = (status: number): void => {
    if (status === 0) keep();
  };
  const timer = setTimeout(keep, KEPT_AFTER_MS).unref();
  process.once('exit', keepAtEnd);
}

function writeKept(keptPath: string, origin: string, compiled: Buffer): void {
  const aside = `${keptPath}.${process.pid}`;
  try {
    mkdirSync(dirname(keptPath), { recursive: true });
    writeFileSync(aside, Buffer.concat([Buffer.from(`${firstLine(origin, compiled)}\n`), compiled]));
    renameSync(aside, keptPath);
  } catch {
    // The folder may be somebody else's, and the disk full.
    discard(aside);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Not there, and no room for it either.
  }
}
