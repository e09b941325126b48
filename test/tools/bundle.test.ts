/** The bundle: few files, the same objects whatever door one takes, no code twice, and nothing of its making in what a user sees. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import * as millrace from 'millrace';
import * as broker from 'millrace/broker';
import * as metrics from 'millrace/metrics';
import * as protocol from 'millrace/protocol';
import {
  browserScript,
  chunkNames,
  chunkOf,
  programDoors,
  programFiles,
  runtimeName,
} from '../../tools/build/chunks.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const endingWith = (folder: string, ending: string): string[] =>
  (readdirSync(join(root, folder), { recursive: true }) as string[]).filter((path) => path.endsWith(ending)).sort();

const sources = endingWith('src', '.ts').map((path) => path.slice(0, -'.ts'.length));
const doors = sources.filter((name) => chunkOf(`${name}.ts`) !== null);
const modules = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  for (const name of doors) modules.set(name, await import(pathToFileURL(join(dist, `${name}.js`)).href));
});

/** Runs a program in a process of its own, in the package's folder. */
function run(program: string, ...flags: string[]): string {
  const args = [...flags, '--input-type=module', '-e', program];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

/** Files of the package that importing a module opens, below dist/. */
function filesLoadedBy(specifier: string): string[] {
  const program = `
    import { Session } from 'node:inspector';
    const urls = [];
    const session = new Session();
    session.connect();
    session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
    session.post('Debugger.enable');
    await import(${JSON.stringify(specifier)});
    console.log(JSON.stringify(urls));`;
  const prefix = pathToFileURL(dist).href;
  return (JSON.parse(run(program)) as string[])
    .filter((url) => url.startsWith(prefix))
    .map((url) => url.slice(prefix.length + 1))
    .sort();
}

/** Of code that a broker loads to begin with. */
const STARTING_CHARACTERS_MAX = 1_300_000;

const starting = ['code', ...programDoors, runtimeName].map((name) => `program/${name}.cjs`);

const library = ['chunks/base.js', 'chunks/library.js', `chunks/${runtimeName}.js`];

test.each([
  ['millrace', [...library, 'main.js']],
  [
    'millrace/broker',
    ['broker/broker.js', 'chunks/broker.js', 'chunks/protocol.js', 'chunks/security.js', ...library].sort(),
  ],
  ['millrace/metrics', [...library, 'chunks/later.js', 'chunks/metrics.js', 'metrics/metrics.js'].sort()],
  // Without the addon: not the library's chunk.
  ['millrace/protocol', ['chunks/base.js', 'chunks/protocol.js', `chunks/${runtimeName}.js`, 'protocol/protocol.js']],
  // What a thread that recovers loads.
  ['#millrace/store/recovery-task.js', [...library, 'store/recovery-task.js']],
])('%s is in few files', (specifier, files) => {
  expect(filesLoadedBy(specifier)).toEqual(files);
});

test('a broker loads at its start what it serves with, and nothing for later', () => {
  const program = `
    import { createRequire } from 'node:module';
    import { Session } from 'node:inspector';
    const chunks = [];
    const session = new Session();
    session.connect();
    session.on('Debugger.scriptParsed', ({ params: { url, length } }) => {
      if (url.includes('/dist/')) chunks.push([url.replace(/.*\\/dist\\//, ''), length]);
    });
    session.post('Debugger.enable');
    const builtins = new Set(process.moduleLoadList);
    const require = createRequire(process.cwd() + '/x.js');
    const { processContext, runProgram } = { ...require('./dist/program/process-context.cjs'), ...require('./dist/program/program.cjs') };
    const context = { ...processContext(), signal: AbortSignal.abort() };
    context.stdout = { write: () => true };
    const data = mkdtempSync(join(tmpdir(), 'millrace-start-'));
    await runProgram(context, ['broker', '--port', '0', '--data', data]);
    rmSync(data, { recursive: true });
    const late = process.moduleLoadList.filter((name) => /^NativeModule (?:tls|zlib|http|https|readline|vm)$/.test(name) && !builtins.has(name));
    console.log(JSON.stringify({ chunks, late, packages: Object.keys(require.cache) }));`;
  const started = JSON.parse(
    run(`import { mkdtempSync, rmSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    ${program}`),
  ) as { chunks: [string, number][]; late: string[]; packages: string[] };
  expect(started.chunks.map(([name]) => name).sort()).toEqual(starting);
  // Compiled at the first start: a millisecond for some 30 KB. What is not needed to begin with belongs into another file.
  expect(started.chunks.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(STARTING_CHARACTERS_MAX);
  expect(started.late).toEqual([]);
  expect(started.packages.filter((path) => !/\/dist\/program\/|millrace\.node$/.test(path))).toEqual([]);
});

test('the program opens its main file, the one of what all commands share, and no package', () => {
  const program = `
    import { createRequire } from 'node:module';
    process.argv = [process.execPath, 'millrace', '--version'];
    process.once('exit', () => {
      const files = Object.keys(createRequire(process.cwd() + '/x.js').cache).map((path) => path.replace(/.*\\/(?=dist|build)/, ''));
      console.log(files.sort().join());
    });
    await import('./dist/cli/main.js');`;
  const [version, files] = run(program).trim().split('\n');
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(files.split(',')).toEqual(['build/Release/millrace.node', ...starting.map((name) => `dist/${name}`)]);
  // What main.js itself loads.
  expect(filesLoadedBy('#millrace/cli/kept-code.js')).toEqual([
    'chunks/kept-code.js',
    `chunks/${runtimeName}.js`,
    'cli/kept-code.js',
  ]);
});

test('dist has a door for each source, the chunks, and nothing else', () => {
  const chunks = [...chunkNames, runtimeName, browserScript.name].map((name) => `chunks/${name}.js`);
  expect(endingWith('dist', '.js')).toEqual([...sources.map((name) => `${name}.js`), ...chunks].sort());
  expect(endingWith('dist', '.cjs')).toEqual(programFiles.toSorted());
  expect(endingWith('dist', '.d.ts')).toEqual(sources.map((name) => `${name}.d.ts`).sort());
  expect(sources.filter((name) => !doors.includes(name))).toEqual(['cli/main']);
});

test('a door holds no code: it exports what a chunk has', () => {
  expect(doors.length).toBeGreaterThan(100);
  for (const name of doors) {
    const text = readFileSync(join(dist, `${name}.js`), 'utf8');
    expect(text).toMatch(/^(?:import(?: \{[^}]*\} from)? "(?:\.\.?\/)+chunks\/[\w-]+\.js";\s*)+export \{[^}]*\};\s*$/);
  }
});

test('what the program keeps compiled has no import(), which cannot be had in such code', () => {
  expect(readFileSync(join(dist, 'program/code.cjs'), 'utf8')).not.toMatch(/\bimport\(/);
});

test('a chunk imports no door', () => {
  for (const name of chunkNames) {
    const text = readFileSync(join(dist, `chunks/${name}.js`), 'utf8');
    const ours = Array.from(text.matchAll(/^(?:import|export) .*?["'](\.[^"']*)["']/gm), (match) => match[1]);
    expect(ours).toContain(`./${runtimeName}.js`);
    expect(ours.filter((path) => !/^\.\/[\w-]+\.js$/.test(path))).toEqual([]);
  }
});

test('the script of the web page is one file, for browsers', () => {
  const text = readFileSync(join(dist, `chunks/${browserScript.name}.js`), 'utf8');
  expect(text).toContain('document.getElementById');
  expect(text).not.toMatch(/^(?:import|export) .*from|\bimport\(|node:/m);
});

test.each([
  ['main', millrace],
  ['broker/broker', broker],
  ['metrics/metrics', metrics],
  ['protocol/protocol', protocol],
])('a name of %s is the same object as in the module that it comes from', (entry, face) => {
  for (const [name, value] of Object.entries(face)) {
    const holders = [...modules].filter(([door, module]) => door !== entry && module[name] === value);
    if (entry === 'main')
      expect(
        holders.map(([door]) => door),
        name,
      ).not.toEqual([]);
    expect(modules.get(entry)![name]).toBe(value);
  }
  expect(Object.keys(modules.get(entry)!).sort()).toEqual(Object.keys(face).sort());
});

test('what a source exports its door exports, under the same name', () => {
  const found: string[] = [];
  for (const name of doors) {
    const text = readFileSync(join(root, `src/${name}.ts`), 'utf8');
    const declared = Array.from(
      text.matchAll(/^export (?:abstract |async )?(?:class|const|function\*?) (\w+)/gm),
      (match) => match[1],
    );
    const exported = modules.get(name)!;
    for (const each of declared) if (!(each in exported)) found.push(`${name}: ${each} is missing`);
    for (const [each, value] of Object.entries(exported)) {
      const isDeclared = typeof value === 'function' && new RegExp(`\\b(?:class|function\\*?) ${each}\\b`).test(text);
      if (isDeclared && value.name !== each) found.push(`${name}: ${each} calls itself ${value.name}`);
    }
  }
  expect(found).toEqual([]);
});

test('a stack trace leads to the source', () => {
  const program = `
    import { openStore } from 'millrace';
    await openStore('').catch((error) => console.log(error.constructor.name, error.stack));`;
  const places = Array.from(run(program, '--enable-source-maps').matchAll(/at (\w+) \((.*):(\d+):\d+\)/g));
  const [, , path, line] = places.find(([, name]) => name === 'openStore')!;
  expect(path).toBe(join(root, 'src/store/open-store.ts'));
  const text = readFileSync(path, 'utf8').split('\n');
  expect(text[Number(line) - 1]).toContain('checkDirectory(');
});

test('without source maps it names the function and the chunk', () => {
  const program = `
    import { openStore } from 'millrace';
    await openStore('').catch((error) => console.log(error.stack));`;
  expect(run(program)).toMatch(/^MillraceError: .*\n(?: {4}at .*\n)* {4}at openStore \(.*\/dist\/chunks\/library\.js:/);
});

test('a source of a room that has no chunk of its own is in the library', () => {
  expect(chunkOf('store/store.ts')).toBe('library');
  expect(chunkOf('broker/handlers/00-produce.ts')).toBe('broker');
  expect(chunkOf('protocol/apis/00-produce.ts')).toBe('protocol');
  expect(chunkOf('client.ts')).toBe('library');
  expect(chunkOf('cli/program.ts')).toBe('command-line');
  expect(chunkOf('cli/commands/broker.ts')).toBe('broker-command');
  expect(chunkOf('cli/commands/verify.ts')).toBe('commands');
  expect(chunkOf('store/store-verification.ts')).toBe('later');
  expect(chunkOf('cli/main.ts')).toBeNull();
  expect(chunkOf('metrics/metrics.ts')).toBe('metrics');
  expect(chunkOf('errors.ts')).toBe('base');
  expect(chunkOf('protocol/message-writer.ts')).toBe('base');
  expect(chunkOf('protocol/message-codec.ts')).toBe('protocol');
  expect(chunkOf('broker/listener.ts')).toBe('broker');
  expect(chunkOf('broker/http/http-server.ts')).toBe('web-server');
});
