/**
 * What is out of date in a checkout: its dependencies, its addon, its compiled TypeScript.
 *
 * Each question gives a reason, as words to show, or undefined when all is current. Inputs are compared by name, time
 * and size against the stamp that the last successful build left, so a removed or older file counts as a change too. Nothing is
 * changed here but by `writeStamp`. Knows nothing but Node's own modules: it runs before anything is installed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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

/** Why the TypeScript must be compiled; `inputs` is what `distInputs` returned. */
export function staleDist(root, inputs) {
  const present = new Set(filesBelow(root, 'dist'));
  const expected = expectedDist(root);
  for (const path of expected)
    if (!present.has(path)) return present.size === 0 ? 'dist is missing' : `${path} is missing`;
  const left = leftovers(present, expected)[0];
  if (left !== undefined) return `${left} has no source any more`;
  return differs(root, 'dist', inputs);
}

export function distInputs(root) {
  const inputs = describe(root, ['tsconfig.json', ...filesBelow(root, 'src')]);
  const lock = join(root, 'package-lock.json');
  inputs.packages = existsSync(lock) ? createHash('sha256').update(readFileSync(lock)).digest('hex') : 'none';
  return inputs;
}

/** Files in dist that no source makes. */
export function distLeftovers(root) {
  return leftovers(new Set(filesBelow(root, 'dist')), expectedDist(root));
}

function leftovers(present, expected) {
  return [...present].filter((path) => !expected.has(path.replace(/\.map$/, '')));
}

function expectedDist(root) {
  const expected = new Set();
  for (const path of filesBelow(root, 'src')) {
    if (path.endsWith('.d.ts') || !path.endsWith('.ts')) continue;
    const stem = `dist${path.slice('src'.length, -'.ts'.length)}`;
    expected.add(`${stem}.js`).add(`${stem}.d.ts`);
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
