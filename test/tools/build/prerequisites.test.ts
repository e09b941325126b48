/** What the build script says when a machine lacks something. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adviceFor, missingTools } from '../../../tools/build/prerequisites.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-path-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function missing(names: readonly string[], extra: Record<string, string> = {}): string[] {
  for (const name of names) {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), 0o755);
  }
  return missingTools({ env: { PATH: `:${folder}`, ...extra }, platform: 'linux' });
}

test.each([
  [[], ['CMake', 'a C++ compiler', 'make or Ninja']],
  [['cmake', 'clang++', 'ninja'], []],
  [['cmake', 'g++', 'make'], []],
  [['cmake', 'c++'], ['make or Ninja']],
  [['make', 'g++'], ['CMake']],
])('with %j on the path, %j is missing', (names, expected) => {
  expect(missing(names)).toEqual(expected);
});

test('a compiler may be named by CXX', () => {
  expect(missing(['cmake', 'make'], { CXX: 'my-c++' })).toEqual([]);
});

test('a file that cannot be executed is no tool', () => {
  writeFileSync(join(folder, 'cmake'), '');
  chmodSync(join(folder, 'cmake'), 0o644);
  expect(missing(['g++', 'make'])).toEqual(['CMake']);
});

test('the message names the packages of the system at hand', () => {
  expect(adviceFor(['CMake'], 'linux')).toMatch(
    /^building the addon needs CMake, .*\n.*apt-get install cmake g\+\+ make\n/,
  );
  expect(adviceFor(['CMake', 'a C++ compiler'], 'darwin')).toMatch(
    /needs CMake and a C\+\+ compiler, .*\n {2}xcode-select --install\n {2}brew install cmake$/,
  );
});
