/**
 * What is out of date in a checkout: its dependencies, its addon, and in dist/ the declarations and the code.
 *
 * Each question gives a reason, as words to show, or undefined when all is current. Inputs are compared by name, time
 * and size against the stamp that the last successful build left, so a removed or older file counts as a change too. Nothing is
 * changed here but by `writeStamp`. Knows nothing but Node's own modules: it runs before anything is installed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { browserScript, chunkNames, programFiles, runtimeName } from './chunks.mjs';

/** Packages whose version decides what the addon looks like. */
const addonPackages = ['cmake-js', 'node-addon-api', 'node-api-headers'];

export const addonPath = 'build/Release/millrace.node';

/** Why `npm ci` must run. */
export function staleInstall(root) {
  const installed = readJson(join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined) return 'node_modules is missing';
  const lock = readJson(join(root, 'package-lock.json'));
  if (lock === undefined) return 'package-lock.json is missing';
  const wanted = readJson(join(root, 'package.json'));
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    if (!sameEntries(wanted[kind], lock.packages[''][kind]))
      return `package-lock.json does not have package.json's ${kind}`;
  }
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const present = installed.packages[path];
    if (
      present === undefined
        ? isNeeded(entry)
        : present.version !== entry.version || present.integrity !== entry.integrity
    ) {
      return `${path} is ${present === undefined ? 'missing' : present.version}, package-lock.json has ${entry.version}`;
    }
  }
  return undefined;
}

/** An optional package that is for another machine is left out by npm; which libc this one has is npm's to find out. */
function isNeeded(entry) {
  if (!entry.optional && !entry.devOptional && !entry.peer) return true;
  return (
    entry.os?.includes(process.platform) === true &&
    entry.cpu?.includes(process.arch) === true &&
    entry.libc === undefined
  );
}

function sameEntries(left = {}, right = {}) {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

/** Why the addon must be built; `inputs` is what `addonInputs` returned. */
export function staleAddon(root, inputs) {
  if (!existsSync(join(root, addonPath))) return `${addonPath} is missing`;
  return differs(root, 'addon', inputs);
}

/** The addon's sources (its tests are not among them), the machine, and the packages it is built with. */
export function addonInputs(root) {
  const files = [
    'CMakeLists.txt',
    'native/CMakeLists.txt',
    ...filesBelow(root, 'native/core'),
    ...filesBelow(root, 'native/binding'),
  ];
  const inputs = describe(root, files);
  inputs.machine = `${process.platform}-${process.arch}`;
  const lock = readJson(join(root, 'package-lock.json'));
  for (const name of addonPackages) inputs[name] = lock?.packages[`node_modules/${name}`]?.version ?? 'none';
  return inputs;
}

/** What has a source map: who holds code. */
const mapped = [...chunkNames.map((name) => `chunks/${name}`), 'cli/main'].map((stem) => `dist/${stem}.js.map`);

/**
 * The two halves of dist/, by the step that makes them: tsc the declarations, the bundler the code. Each has settings of its own, files that it
 * makes of every source, and some more.
 */
const halves = {
  declarations: { settings: ['tsconfig.json'], ending: '.d.ts', more: [] },
  code: {
    settings: ['tsconfig.json', 'rolldown.config.mjs', 'tools/build/chunks.mjs'],
    ending: '.js',
    more: [
      ...[...chunkNames, runtimeName, browserScript.name].map((name) => `dist/chunks/${name}.js`),
      ...programFiles.map((path) => `dist/${path}`),
      ...mapped,
    ],
  },
};

/** Why a half of dist must be made; `inputs` is what `distInputs` returned for it. */
export function staleDist(root, half, inputs) {
  const present = filesOfHalf(root, half);
  for (const path of expectedDist(root, half)) {
    if (!present.includes(path)) return present.length === 0 ? 'dist is missing' : `${path} is missing`;
  }
  const left = distLeftovers(root, half)[0];
  if (left !== undefined) return `${left} has no source any more`;
  return differs(root, half, inputs);
}

export function distInputs(root, half) {
  const inputs = describe(root, [...halves[half].settings, ...filesBelow(root, 'src')]);
  const lock = join(root, 'package-lock.json');
  inputs.packages = existsSync(lock) ? createHash('sha256').update(readFileSync(lock)).digest('hex') : 'none';
  return inputs;
}

/** Files in a half of dist that no source makes. */
export function distLeftovers(root, half) {
  const expected = expectedDist(root, half);
  return filesOfHalf(root, half).filter((path) => !expected.has(path));
}

function filesOfHalf(root, half) {
  return filesBelow(root, 'dist').filter((path) => path.endsWith('.d.ts') === (half === 'declarations'));
}

function expectedDist(root, half) {
  const { ending, more } = halves[half];
  const expected = new Set(more);
  for (const path of filesBelow(root, 'src')) {
    if (path.endsWith('.d.ts') || !path.endsWith('.ts')) continue;
    expected.add(`dist${path.slice('src'.length, -'.ts'.length)}${ending}`);
  }
  return expected;
}

/** Remembers the inputs of a build that succeeded: those of before it began, so an edit during it counts as a change. */
export function writeStamp(root, name, inputs) {
  const path = stampPath(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(inputs, undefined, 1));
}

function differs(root, name, inputs) {
  const stamp = readJson(stampPath(root, name));
  if (stamp === undefined) return 'it was not built by this script yet';
  for (const key of Object.keys(inputs)) if (stamp[key] !== inputs[key]) return `${key} changed`;
  for (const key of Object.keys(stamp)) if (inputs[key] === undefined) return `${key} was removed`;
  return undefined;
}

function stampPath(root, name) {
  return join(root, '.cache/build', `${name}.json`);
}

/** Name to time and size; a file that does not exist is left out. */
function describe(root, paths) {
  const described = {};
  for (const path of paths) {
    const status = statSync(join(root, path), { throwIfNoEntry: false });
    if (status !== undefined) described[path] = `${status.mtimeMs} ${status.size}`;
  }
  return described;
}

/** Paths of all files below a folder of the root, in order, with `/`; hidden ones are left out. */
function filesBelow(root, folder) {
  /** @type {string[]} */
  const found = [];
  if (!existsSync(join(root, folder))) return found;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...filesBelow(root, path));
    else found.push(path);
  }
  return found.sort();
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // A file that was cut short by a killed npm or build is as good as none.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
