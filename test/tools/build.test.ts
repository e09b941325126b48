/** The build script: what it does when, what it prints, and how it fails. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BuildSandbox } from './build-sandbox.ts';

let sandbox: BuildSandbox;

beforeEach(() => {
  sandbox = new BuildSandbox();
});

afterEach(() => sandbox.destroy());

describe('a fresh clone', () => {
  test('is installed, built and compiled, one line each; then there is nothing to do', async () => {
    const first = await sandbox.build();
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^build: install dependencies \(.*\) \.\.\. \d+\.\d s\nbuild: build the addon \(.*\) \.\.\. \d+\.\d s\nbuild: compile TypeScript \(.*\) \.\.\. \d+\.\d s\nbuild: bundle \(.*\) \.\.\. \d+\.\d s\n$/,
    );
    expect(sandbox.ran()).toEqual(['npm ci', 'cmake-js', 'tsc', 'rolldown']);

    const second = await sandbox.build();
    expect(second).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(sandbox.ran()).toEqual([]);
    expect(second.elapsedMs).toBeLessThan(2000);
  });

  test('--quiet prints nothing', async () => {
    expect(await sandbox.build({ args: ['--quiet'] })).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(sandbox.ran()).toEqual(['npm ci', 'cmake-js', 'tsc', 'rolldown']);
  });

  test('is built once by two at a time', async () => {
    // The one that builds is done when the two others wait for it.
    let waiting = 0;
    const onStdout = (text: string): void => {
      if (text.includes('waits for') && ++waiting === 2) sandbox.write('go', '');
    };
    const outcomes = await Promise.all([1, 2, 3].map(() => sandbox.build({ env: { UNTIL: 'go' }, onStdout })));
    expect(outcomes.map((outcome) => outcome.status)).toEqual([0, 0, 0]);
    expect(sandbox.ran()).toEqual(['npm ci', 'cmake-js', 'tsc', 'rolldown']);
    expect(outcomes.filter((outcome) => /^build: waits for process \d+\n$/.test(outcome.stdout))).toHaveLength(2);
    expect(sandbox.has('.cache/build/lock')).toBe(false);
  });

  test('is built although a build that was killed left its lock', async () => {
    sandbox.write(
      '.cache/build/lock',
      JSON.stringify({ pid: 2 ** 22 + 1, host: (await import('node:os')).hostname(), since: 0 }),
    );
    expect(await sandbox.build()).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('after a change', () => {
  let built: BuildSandbox;
  beforeAll(async () => {
    built = new BuildSandbox();
    expect(await built.build()).toMatchObject({ status: 0, stderr: '' });
    built.ran();
  });
  afterAll(() => built.destroy());
  beforeEach(() => {
    sandbox.destroy();
    sandbox = new BuildSandbox(built);
  });

  test.each([
    ['src/a.ts', 'export {};', ['tsc', 'rolldown']],
    ['tsconfig.json', '{ }', ['tsc', 'rolldown']],
    ['rolldown.config.mjs', '//', ['rolldown']],
    ['tools/build/chunks.mjs', null, ['rolldown']],
    ['native/core/a.cc', '//', ['cmake-js']],
    ['native/core/a.h', '//', ['cmake-js']],
    ['CMakeLists.txt', '#', ['cmake-js']],
    ['native/test/a_test.cc', '//', []],
    ['README.md', '#', []],
  ])('of %s', async (path, text, expected) => {
    sandbox.write(path, text ?? sandbox.read(path));
    expect(await sandbox.build()).toMatchObject({ status: 0 });
    expect(sandbox.ran()).toEqual(expected);
    expect(await sandbox.build()).toMatchObject({ status: 0, stdout: '' });
  });

  test('of a package, it is installed and what it compiles is compiled', async () => {
    sandbox.lock('7.0.1');
    const outcome = await sandbox.build();
    expect(outcome.stdout).toContain('node_modules/typescript is 7.0.0, package-lock.json has 7.0.1');
    expect(sandbox.ran()).toEqual(['npm ci', 'tsc', 'rolldown']);
  });

  test('a source that was removed leaves nothing in dist, nor does what another bundle had', async () => {
    sandbox.remove('src/b.ts');
    sandbox.write('dist/chunks/earlier.js', '');
    expect(await sandbox.build()).toMatchObject({ status: 0 });
    expect(['b.js', 'b.d.ts', 'chunks/earlier.js'].filter((name) => sandbox.has(`dist/${name}`))).toEqual([]);
    expect(sandbox.has('dist/a.js')).toBe(true);
    expect(sandbox.ran()).toEqual(['tsc', 'rolldown']);
  });

  test.each([
    ['dist', ['tsc', 'rolldown']],
    ['dist/a.d.ts', ['tsc']],
    ['dist/a.js', ['rolldown']],
    ['dist/chunks/library.js', ['rolldown']],
    ['dist/chunks/library.js.map', ['rolldown']],
    ['build', ['cmake-js']],
    ['node_modules', ['npm ci']],
  ])('%s that was removed comes again', async (path, expected) => {
    sandbox.remove(path);
    expect(await sandbox.build()).toMatchObject({ status: 0 });
    expect(sandbox.ran()).toEqual(expected);
  });

  test('a checkout that was moved is configured anew', async () => {
    sandbox.write('build/CMakeCache.txt', 'CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n');
    sandbox.write('native/core/a.cc', '//');
    expect(await sandbox.build()).toMatchObject({ status: 0 });
    expect(sandbox.has('build/CMakeCache.txt')).toBe(false);
    expect(sandbox.has('build/Release/millrace.node')).toBe(true);
  });
});

describe('fails, without a stack trace,', () => {
  test('with the messages of the compiler, until the source is right', async () => {
    sandbox.write('src/a.ts', 'BAD');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const outcome = await sandbox.build();
      expect(outcome.status).toBe(1);
      expect(outcome.stderr).toContain('src/a.ts(1,1): error TS2322');
      expect(outcome.stderr).not.toMatch(/^\s+at /m);
    }
    sandbox.write('src/a.ts', 'good');
    expect(await sandbox.build()).toMatchObject({ status: 0, stderr: '' });
  });

  test('with what CMake printed, before it compiles TypeScript', async () => {
    sandbox.write('native/core/a.cc', 'BAD');
    const outcome = await sandbox.build();
    expect(outcome.status).toBe(1);
    expect(outcome.stdout).toMatch(/build the addon \(.*\) \.\.\. failed\n$/);
    expect(outcome.stderr).toBe(`a.cc:1: error\nbuild: node node_modules/cmake-js/bin/cmake-js build: exit status 1\n`);
    expect(sandbox.ran()).toEqual(['npm ci', 'cmake-js']);
  });

  test('with one message that names what to install, before anything is done', async () => {
    sandbox.remove('path');
    const outcome = await sandbox.build();
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toMatch(
      /^build: building the addon needs CMake, a C\+\+ compiler and make or Ninja, .*\n(?: {2}\S.*\n)+$/,
    );
    expect(sandbox.ran()).toEqual([]);
  });

  test('when npm is not there', async () => {
    const outcome = await sandbox.build({ env: { npm_execpath: '' } });
    expect(outcome).toMatchObject({ status: 1 });
    expect(outcome.stderr).toMatch(/^build: npm ci .*: npm was not found on PATH\n$/);
  });
});
