/**
 * A checkout in a temporary folder with the real build script and stand-ins for npm, cmake-js, tsc and rolldown. Each stand-in notes that it ran,
 * so a test sees which steps the script thought stale, without the minutes that the real ones take.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserScript, chunkNames, programFiles, runtimeName } from '../../tools/build/chunks.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

export interface BuildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onStdout?: (text: string) => void;
}

const note = (name: string): string => `require('node:fs').appendFileSync('ran.log', '${name}\\n');\n`;

const cmakeJs = `${note('cmake-js')}
const fs = require('node:fs');
if (fs.readFileSync('native/core/a.cc', 'utf8').includes('BAD')) { console.error('a.cc:1: error'); process.exit(1); }
const givesUpAt = Date.now() + 30_000;
while (process.env.UNTIL && !fs.existsSync(process.env.UNTIL) && Date.now() < givesUpAt) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
fs.mkdirSync('build/Release', { recursive: true });
fs.writeFileSync('build/Release/millrace.node', '');
`;

const tsc = `${note('tsc')}
const fs = require('node:fs');
fs.mkdirSync('dist', { recursive: true });
let status = 0;
for (const name of fs.readdirSync('src')) {
  const stem = name.replace(/\\.ts$/, '');
  fs.writeFileSync('dist/' + stem + '.d.ts', '');
  if (fs.readFileSync('src/' + name, 'utf8').includes('BAD')) { console.log('src/' + name + '(1,1): error TS2322'); status = 2; }
}
process.exit(status);
`;

const rolldown = `import fs from 'node:fs';
fs.appendFileSync('ran.log', 'rolldown\\n');
if (process.argv.slice(2).join(' ') !== '-c rolldown.config.mjs') process.exit(9);
for (const folder of ['dist/chunks', 'dist/cli', 'dist/program']) fs.mkdirSync(folder, { recursive: true });
for (const name of fs.readdirSync('src')) fs.writeFileSync('dist/' + name.replace(/\\.ts$/, '.js'), '');
for (const name of ${JSON.stringify([...chunkNames, runtimeName, browserScript.name])}) fs.writeFileSync('dist/chunks/' + name + '.js', '');
for (const path of ${JSON.stringify(programFiles)}) fs.writeFileSync('dist/' + path, '');
for (const name of ${JSON.stringify(chunkNames)}) fs.writeFileSync('dist/chunks/' + name + '.js.map', '');
fs.writeFileSync('dist/cli/main.js.map', '');
`;

/** Puts the other stand-ins in place, as the real one unpacks packages. */
const npm = `${note('npm ci')}
const fs = require('node:fs');
if (process.argv[2] !== 'ci' || !process.argv.includes('--ignore-scripts')) process.exit(9);
const put = (path, text) => { fs.mkdirSync(require('node:path').dirname(path), { recursive: true }); fs.writeFileSync(path, text); };
put('node_modules/cmake-js/bin/cmake-js', ${JSON.stringify(cmakeJs)});
put('node_modules/typescript/bin/tsc', ${JSON.stringify(tsc)});
put('node_modules/rolldown/bin/cli.mjs', ${JSON.stringify(rolldown)});
const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));
delete packages[''];
put('node_modules/.package-lock.json', JSON.stringify({ packages }));
`;

export class BuildSandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'millrace-build-'));
  readonly #toolFolder = join(this.root, 'path');
  #edits = 0;

  /** `template`: another one, to begin as a copy of, times and all. */
  constructor(template?: BuildSandbox) {
    if (template !== undefined) {
      execFileSync('cp', ['-a', `${template.root}/.`, this.root]);
      this.#edits = template.#edits;
      return;
    }
    cpSync(join(repository, 'tools/build.mjs'), join(this.root, 'tools/build.mjs'));
    cpSync(join(repository, 'tools/build'), join(this.root, 'tools/build'), { recursive: true });
    this.write('package.json', JSON.stringify({ type: 'commonjs', devDependencies: { typescript: '7' } }));
    this.lock('7.0.0');
    this.write('npm-cli.js', npm);
    this.write('tsconfig.json', '{}');
    this.write('rolldown.config.mjs', '');
    this.write('src/a.ts', '');
    this.write('src/b.ts', '');
    this.write('CMakeLists.txt', '');
    this.write('native/core/a.cc', '');
    for (const name of ['cmake', 'g++', 'make']) this.tool(name);
  }

  /** Writes a file and gives it a time that no file had before: the clock of a file system may be coarse. */
  write(path: string, text: string): void {
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    this.#edits += 1;
    const at = statSync(full).mtimeMs / 1000 + this.#edits;
    utimesSync(full, at, at);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** The lock file, with this version of the compiler. */
  lock(version: string): void {
    const packages = {
      '': { devDependencies: { typescript: '7' } },
      'node_modules/typescript': { version, integrity: 'x' },
      'node_modules/other-machine': { version: '1.0.0', optional: true, os: ['aix'], cpu: ['ppc64'] },
    };
    this.write('package-lock.json', JSON.stringify({ packages }));
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** A program of this name on the script's PATH. */
  tool(name: string): void {
    this.write(join('path', name), '#!/bin/sh\n');
    chmodSync(join(this.#toolFolder, name), 0o755);
  }

  /** What ran since this was last asked. */
  ran(): string[] {
    const path = join(this.root, 'ran.log');
    if (!existsSync(path)) return [];
    const names = readFileSync(path, 'utf8').trimEnd().split('\n');
    rmSync(path);
    return names;
  }

  /** Runs the build script. With `UNTIL` in its environment, the addon takes until that file is there. */
  async build(options: BuildOptions = {}): Promise<Outcome> {
    const env = {
      npm_execpath: join(this.root, 'npm-cli.js'),
      PATH: [this.#toolFolder].join(delimiter),
      ...options.env,
    };
    const began = performance.now();
    const child = spawn(process.execPath, [join(this.root, 'tools/build.mjs'), ...(options.args ?? [])], {
      env,
      cwd: tmpdir(),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      options.onStdout?.(chunk.toString());
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { status, stdout, stderr, elapsedMs: performance.now() - began };
  }

  destroy(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
