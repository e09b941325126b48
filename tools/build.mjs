/**
 * Brings a checkout up to date: installs the dependencies, builds the addon, compiles the TypeScript, bundles it; each only when it is stale.
 *
 *   node tools/build.mjs [--quiet]
 *
 * One line for each thing that it does, nothing when all is current, what a tool printed only when it failed (then exit status 1).
 * Runs before `npm start`, `npm run quick-start`, `npm test` and `npm run bench`, on a checkout with no node_modules too, so it uses Node's own modules only. Two
 * at once: the second waits. No network but npm's own, and no install script of a package is run or needed.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acquireLock } from './build/lock.mjs';
import { adviceFor, missingTools } from './build/prerequisites.mjs';
import {
  addonInputs,
  distInputs,
  distLeftovers,
  staleAddon,
  staleDist,
  staleInstall,
  writeStamp,
} from './build/stale.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const quiet = process.argv.includes('--quiet');
const nodeVersionMin = [20, 19];
const commandLine = 'dist/cli/main.js';

/** A failure that was explained to the user already: no stack trace. */
class BuildFailure extends Error {}

function say(text) {
  if (!quiet) process.stdout.write(text);
}

/** The steps that must run, in order: `why` to show, `run` to do. */
function staleSteps() {
  const addon = addonInputs(root);
  const declarations = distInputs(root, 'declarations');
  const code = distInputs(root, 'code');
  return [
    { name: 'install dependencies', why: staleInstall(root), run: install },
    { name: 'build the addon', why: staleAddon(root, addon), run: () => buildAddon(addon) },
    {
      name: 'compile TypeScript',
      why: staleDist(root, 'declarations', declarations),
      run: () => compile(declarations),
    },
    { name: 'bundle', why: staleDist(root, 'code', code), run: () => bundle(code) },
  ].filter((step) => step.why !== undefined);
}

async function install() {
  const npmCli = process.env.npm_execpath ?? '';
  const [command, before] = basename(npmCli) === 'npm-cli.js' ? [process.execPath, [npmCli]] : ['npm', []];
  // Development packages are wanted whatever NODE_ENV says: the build needs them. Install scripts stay off everywhere, since npm 12
  // does not run them and nothing here may come to depend on one.
  await run(command, [...before, 'ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
}

async function buildAddon(inputs) {
  dropForeignCache();
  // make builds one file after another unless told otherwise; Ninja does this by itself.
  const parallel = { CMAKE_BUILD_PARALLEL_LEVEL: String(availableParallelism()) };
  await run(process.execPath, ['node_modules/cmake-js/bin/cmake-js', 'build'], parallel);
  writeStamp(root, 'addon', inputs);
}

/** CMake refuses a cache that was made for another folder, which a copied or moved checkout has. */
function dropForeignCache() {
  let cache;
  try {
    cache = readFileSync(join(root, 'build/CMakeCache.txt'), 'utf8');
  } catch {
    return; // Nothing configured yet.
  }
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(cache)?.[1];
  if (home !== root) rmSync(join(root, 'build'), { recursive: true, force: true });
}

/** Checks the types and writes the declarations; the code is the bundler's. */
async function compile(inputs) {
  for (const path of distLeftovers(root, 'declarations')) rmSync(join(root, path));
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false']);
  writeStamp(root, 'declarations', inputs);
}

async function bundle(inputs) {
  for (const path of distLeftovers(root, 'code')) rmSync(join(root, path));
  await run(process.execPath, ['node_modules/rolldown/bin/cli.mjs', '-c', 'rolldown.config.mjs']);
  // npm does this when it installs a package; in a checkout nobody else does, and `npx millrace` runs the file itself.
  if (existsSync(join(root, commandLine))) chmodSync(join(root, commandLine), 0o755);
  writeStamp(root, 'code', inputs);
}

/** Runs a tool in the root; what it printed is shown only if it fails. */
async function run(command, args, extraEnv = {}) {
  const env = { ...extraEnv, ...process.env };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const forward = (signal) => child.kill(signal);
  process.once('SIGTERM', forward).once('SIGINT', forward);
  const status = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.code === 'ENOENT' ? `${command} was not found on PATH` : error.message));
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  process.off('SIGTERM', forward).off('SIGINT', forward);
  if (status === 0) return;
  const shown = [command === process.execPath ? 'node' : command, ...args].join(' ');
  const printed = Buffer.concat(output).toString().trimEnd();
  throw new BuildFailure(
    `${printed}\nbuild: ${shown}: ${typeof status === 'number' ? `exit status ${status}` : status}`,
  );
}

function checkMachine(steps) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < nodeVersionMin[0] || (major === nodeVersionMin[0] && minor < nodeVersionMin[1])) {
    throw new BuildFailure(
      `build: millrace needs Node ${nodeVersionMin.join('.')} or later, this is ${process.versions.node}`,
    );
  }
  if (!steps.some((step) => step.name === 'build the addon')) return;
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw new BuildFailure(`build: millrace builds on Linux and macOS, not on ${process.platform}`);
  }
  const missing = missingTools();
  if (missing.length > 0) throw new BuildFailure(`build: ${adviceFor(missing)}`);
}

async function main() {
  if (staleSteps().length === 0) return;
  const release = await acquireLock(join(root, '.cache/build/lock'), (pid) => say(`build: waits for process ${pid}\n`));
  try {
    // Asked again: the process that held the lock may have done the work.
    let steps = staleSteps();
    checkMachine(steps);
    while (steps.length > 0) {
      const [step] = steps;
      say(`build: ${step.name} (${step.why}) ...`);
      const began = performance.now();
      try {
        await step.run();
      } catch (error) {
        say(' failed\n');
        throw error;
      }
      say(` ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
      steps = steps.slice(1);
    }
  } finally {
    release();
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof BuildFailure ? error.message.trimStart() : error.stack}\n`);
  process.exitCode = 1;
});
