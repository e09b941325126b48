/** The npm peers: packages of npm/package.json, installed beside it when they are asked for, and no dependency of ours. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('npm/', import.meta.url));
const wanted = readJson('package.json').optionalDependencies;

/** Installs those of `names` that are not there in the version wanted. No install script is run: all of them ship binaries. */
export function installPackages(names, log) {
  const missing = names.filter((name) => installedVersion(name) !== wanted[name]);
  if (missing.length === 0) return;
  log(`installing ${missing.join(', ')}`);
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  // What could not be installed is told when it is asked for.
  spawnSync('npm', ['install', ...quiet], { cwd: folder, stdio: ['ignore', 2, 2] });
}

/** The name and the version that is installed; throws if it is not the one wanted. */
export function aboutPackage(name) {
  const version = installedVersion(name);
  if (version === undefined) throw new Error(`${name} ${wanted[name]} is not installed`);
  if (version !== wanted[name]) throw new Error(`${name} is installed as ${version}, wanted is ${wanted[name]}`);
  return `${name} ${version}`;
}

function installedVersion(name) {
  const path = `node_modules/${name}/package.json`;
  return existsSync(`${folder}${path}`) ? readJson(path).version : undefined;
}

function readJson(path) {
  return JSON.parse(readFileSync(`${folder}${path}`, 'utf8'));
}
