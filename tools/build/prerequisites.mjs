/**
 * What a machine must have before the addon can be built: CMake, a C++ compiler, and make or Ninja.
 *
 * `missingTools` looks, `adviceFor` says in one message what to install. Nothing is run but `xcode-select` on macOS, whose
 * compilers are stand-ins until the command line tools are there.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Names of what is missing, in the words of the message. */
export function missingTools({ env = process.env, platform = process.platform } = {}) {
  const missing = [];
  if (!onPath(env, 'cmake')) missing.push('CMake');
  if (!hasCompiler(env, platform)) missing.push('a C++ compiler');
  if (!onPath(env, 'ninja', 'make')) missing.push('make or Ninja');
  return missing;
}

/** One message, ready to print. */
export function adviceFor(missing, platform = process.platform) {
  const list = missing.length < 2 ? missing.join('') : `${missing.slice(0, -1).join(', ')} and ${missing.at(-1)}`;
  const lines = [`building the addon needs ${list}, not found on PATH. Install, then run the same command again:`];
  if (platform === 'darwin') lines.push('  xcode-select --install', '  brew install cmake');
  else
    lines.push(
      '  Debian, Ubuntu:  apt-get install cmake g++ make',
      '  Fedora:          dnf install cmake gcc-c++ make',
    );
  return lines.join('\n');
}

function hasCompiler(env, platform) {
  if (env.CXX) return true;
  if (!onPath(env, 'c++', 'g++', 'clang++')) return false;
  return platform !== 'darwin' || spawnSync('xcode-select', ['-p'], { stdio: 'ignore' }).status === 0;
}

function onPath(env, ...names) {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.some((name) => folders.some((folder) => isExecutable(join(folder, name))));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there or not ours to run: either way not a tool that the build can use.
    return false;
  }
}
