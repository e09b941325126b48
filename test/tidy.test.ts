/**
 * The house rules that a test can check. Each rule is run twice: on this repository, where it must object to nothing, and on a
 * small bad example, where it must object; a rule that cannot fail is no rule.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as imports from './tidy/imports.ts';
import * as packaging from './tidy/package.ts';
import * as shape from './tidy/shape.ts';
import * as words from './tidy/words.ts';
import { readRepository, treeOf, type Rule } from './tidy/tree.ts';

const repository = readRepository(fileURLToPath(new URL('..', import.meta.url)));

interface BadExample {
  readonly files: Record<string, string | number>;
  /** What the rule must say, all of it, in order. */
  readonly says: readonly string[];
}

const manifest = (fields: object): string => JSON.stringify({ files: [], ...fields });
const lines = (count: number): string => 'x\n'.repeat(count);

const rules: Record<string, { rule: Rule; bad: BadExample }> = {
  'imports point down, or stay inside a folder': {
    rule: imports.importsPointDown,
    bad: {
      files: {
        'src/record/a.ts': `import { x } from '../log/b.ts';\nimport { y } from './c.ts';\nimport { z } from '../errors.ts';`,
        'src/file/a.ts': `import type {\n  x,\n} from '../record/b.ts';`,
        'src/log/a.ts': `import { x } from '../segment/b.ts';\nimport { y } from '../protocol/c.ts';`,
        'src/protocol/a.ts': `import { x } from '../limits.ts';\nimport { y } from '../record/c.ts';`,
        'src/broker/a.ts': `import { x } from '../protocol/b.ts';\nconst { y } = await import('../cli/c.ts');`,
        'src/store/a.ts': `export { x } from '../../test/b.ts';`,
        'src/attic/a.ts': '',
        'src/limits.ts': `import { x } from './errors.ts';\nimport { y } from './file/b.ts';`,
      },
      says: [
        'src/attic/a.ts: attic has no level in test/tidy/imports.ts',
        'src/broker/a.ts: ../cli/c.ts does not point down',
        'src/file/a.ts: ../record/b.ts does not point down',
        'src/log/a.ts: ../protocol/c.ts does not point down',
        'src/protocol/a.ts: ../record/c.ts does not point down',
        'src/record/a.ts: ../log/b.ts does not point down',
        'src/store/a.ts: ../../test/b.ts leaves src/',
      ],
    },
  },
  'relative imports of sources name their file, with .ts': {
    rule: imports.relativeImportsNameTheirFile,
    bad: {
      files: { 'src/a.ts': `import './b.ts';\nimport './b.js';\nimport { x } from './c.ts';`, 'src/b.ts': '' },
      says: ['src/a.ts: ./b.js does not end with .ts', 'src/a.ts: ./c.ts names no file'],
    },
  },
  'only src/native.ts loads the addon': {
    rule: imports.oneDoorToTheAddon,
    bad: {
      files: {
        'src/native.ts': 'createRequire(x)',
        'src/file/a.ts': 'createRequire(x)',
        'src/file/b.ts': `load('x.node')`,
      },
      says: ['src/file/a.ts: only src/native.ts loads the addon', 'src/file/b.ts: only src/native.ts loads the addon'],
    },
  },
  'only src/worker/ imports piscina': {
    rule: imports.oneDoorToThePool,
    bad: {
      files: {
        'src/worker/a.ts': `import { Piscina } from 'piscina';`,
        'src/log/a.ts': `import { Piscina } from 'piscina';`,
      },
      says: ['src/log/a.ts: only src/worker/ imports piscina'],
    },
  },
  'tests, benchmarks and examples import what is shipped': {
    rule: imports.testsImportWhatIsShipped,
    bad: {
      files: {
        'test/a.test.ts': `import { x } from '../src/a.ts';\nimport { y } from '#millrace/a.js';`,
        'bench/a.mjs': `import { x } from '../dist/a.js';`,
      },
      says: ['bench/a.mjs: ../dist/a.js should be #millrace/…', 'test/a.test.ts: ../src/a.ts should be #millrace/…'],
    },
  },
  'the native core knows no Node-API': {
    rule: imports.coreKnowsNoNodeApi,
    bad: {
      files: {
        'native/binding/a.cc': '#include <napi.h>',
        'native/core/a.cc': '#include <napi.h>\n#include "crc32c.h"\n  # include "node_api.h"',
        'native/test/a_test.cc': '#include "../binding/a.h"',
      },
      says: [
        'native/core/a.cc: only native/binding/ may include napi.h',
        'native/core/a.cc: only native/binding/ may include node_api.h',
        'native/test/a_test.cc: only native/binding/ may include ../binding/a.h',
      ],
    },
  },
  'files are short': {
    rule: shape.filesAreShort,
    bad: {
      files: {
        'src/a.ts': lines(301),
        'src/b.ts': lines(300),
        'test/a.test.ts': lines(401),
        'native/core/a.cc': lines(600),
      },
      says: [
        'native/core/a.cc: 600 lines, at most 300',
        'src/a.ts: 301 lines, at most 300',
        'test/a.test.ts: 401 lines, at most 400',
      ],
    },
  },
  'native functions fit a screen': {
    rule: shape.nativeFunctionsFitAScreen,
    bad: {
      files: {
        'native/core/a.cc': [
          'namespace millrace {',
          'class Reader {',
          '  int open() {',
          lines(69),
          '  }',
          '  int close() { return "}" == brace ? 1 : 2; } // {',
          '};',
          'static const int table[] = {',
          lines(90),
          '};',
          '}',
        ].join('\n'),
      },
      says: ['native/core/a.cc:3: a function of 72 lines, at most 70'],
    },
  },
  'files are named after a noun, in kebab-case': {
    rule: shape.filesAreNamedAfterANoun,
    bad: {
      files: {
        'src/log/partitionLog.ts': '',
        'src/log/partition-log.ts': '',
        'src/index/index.ts': '',
        'test/support/utils.ts': '',
        'native/core/batch-scan.cc': '',
        'native/core/batch_scan.h': '',
      },
      says: [
        'native/core/batch-scan.cc: not snake_case',
        'src/index/index.ts: index.ts says nothing about what it holds',
        'src/log/partitionLog.ts: not kebab-case',
        'test/support/utils.ts: utils.ts says nothing about what it holds',
      ],
    },
  },
  'files open with what they are': {
    rule: shape.filesOpenWithWhatTheyAre,
    bad: {
      files: {
        'src/a.ts': `import './b.ts';\n/** Too late. */`,
        'src/b.ts': '/** What it is. */',
        'tools/c.mjs': '#!/usr/bin/env node\n// What it is.\n',
        'native/core/d.h': '#pragma once\n// What it is.\n',
        'native/core/d.cc': '#include "d.h"',
        'native/core/e.cc': '#include "d.h"',
      },
      says: ['native/core/e.cc: no comment at the head', 'src/a.ts: no comment at the head'],
    },
  },
  'nothing is exported by default': {
    rule: shape.nothingIsExportedByDefault,
    bad: {
      files: { 'src/a.ts': 'export default 1;', 'src/b.ts': '// export default\nexport const b = 1;' },
      says: ['src/a.ts: a default export'],
    },
  },
  'only the faces of the package are barrels': {
    rule: shape.noBarrels,
    bad: {
      files: {
        'src/main.ts': `export * from './a.ts';`,
        'src/log/a.ts': `export {\n  x,\n} from './b.ts';`,
        'src/log/c.ts': `export { x } from './b.ts';\nexport const y = 1;`,
      },
      says: ['src/log/a.ts: only exports again what other files export'],
    },
  },
  'each source has its test at the same path': {
    rule: shape.eachSourceHasItsTest,
    bad: {
      files: {
        'src/log/a.ts': '',
        'src/log/b.ts': '',
        'src/protocol/apis/00-a.ts': '',
        'test/log/a.test.ts': '',
        'test/b.test.ts': '',
      },
      says: ['src/log/b.ts: no test/log/b.test.ts', 'src/protocol/apis/00-a.ts: no test/protocol/apis.test.ts'],
    },
  },
  'each native source has its test': {
    rule: shape.eachNativeSourceHasItsTest,
    bad: {
      files: { 'native/core/a.cc': '', 'native/core/b.cc': '', 'native/core/b.h': '', 'native/test/a_test.cc': '' },
      says: ['native/core/b.cc: no native/test/b_test.cc'],
    },
  },
  'no notes to self': {
    rule: words.noNotesToSelf,
    bad: {
      files: { 'src/a.ts': 'one\n// TODO: two', 'docs/b.md': 'FIXME', 'src/c.ts': 'const todo = 1;' },
      says: ['docs/b.md:1: FIXME: a note to self', 'src/a.ts:2: TODO: a note to self'],
    },
  },
  'no stubs': {
    rule: words.noStubs,
    bad: {
      files: { 'src/a.ts': `throw new Error('Not yet implemented');` },
      says: ['src/a.ts:1: Not yet implemented: a stub'],
    },
  },
  'no paths of one machine': {
    rule: words.noMachinePaths,
    bad: {
      files: {
        'tools/a.mjs': `open('/root/x');`,
        '.ci/run': 'cd /work/here',
        'docs/b.md': 'see test/work/x and $HOME/work/x',
      },
      says: ['.ci/run:1: /work/: a path of one machine', 'tools/a.mjs:1: /root/: a path of one machine'],
    },
  },
  'the library does not print': {
    rule: words.sourcesDoNotPrint,
    bad: {
      files: {
        'src/log/a.ts': 'console.warn(1);',
        'src/cli/b.ts': 'console.log(1);',
        'native/core/c.cc': 'printf("x");',
      },
      says: [
        'native/core/c.cc:1: printf(: a library does not print',
        'src/log/a.ts:1: console.warn(: a library does not print',
      ],
    },
  },
  'tests that skip say why': {
    rule: words.testsThatSkipSayWhy,
    bad: {
      files: {
        'test/a.test.ts': [
          'it.skip("x")',
          '// Needs Linux.',
          'describe.skipIf(platform !== "linux")("y")',
          'test.only("z")',
          'test.todo("w") // said',
        ].join('\n'),
      },
      says: [
        'test/a.test.ts:1: a test is switched off and no comment says why',
        'test/a.test.ts:4: .only switches off all other tests',
      ],
    },
  },
  'hooks stand in test files': {
    rule: words.hooksStandInTestFiles,
    bad: {
      files: { 'test/a.test.ts': 'afterEach(end);', 'test/rig.ts': 'afterEach(end);' },
      says: ['test/rig.ts: a hook outside of a test file'],
    },
  },
  'catches say why': {
    rule: words.catchesSayWhy,
    bad: {
      files: {
        'src/a.ts': [
          'try { x(); } catch { }',
          'try { x(); } catch { /* Gone already. */ }',
          'y().catch(() => {});',
          '// Seen by the other promise.',
          'y().catch(() => {});',
          'y().catch(() => undefined);',
        ].join('\n'),
      },
      says: [
        'src/a.ts:1: a catch without a reason',
        'src/a.ts:3: a catch without a reason',
        'src/a.ts:6: a catch without a reason',
      ],
    },
  },
  'files are small': {
    rule: packaging.filesAreSmall,
    bad: {
      files: { 'test/fixture/a.log': 307_201, 'docs/b.png': 1_048_577, 'c.bin': 8_000_000 },
      says: [
        'c.bin: 8000000 bytes, at most 1048576',
        'docs/b.png: 1048577 bytes, at most 1048576',
        'test/fixture/a.log: 307201 bytes, at most 307200',
        'all files: 9355778 bytes, at most 8388608',
      ],
    },
  },
  'dependencies are those used': {
    rule: packaging.dependenciesAreThoseUsed,
    bad: {
      files: {
        'package.json': manifest({ dependencies: { left: '1' }, devDependencies: { idle: '1', vitest: '4' } }),
        'src/a.ts': `import { x } from '@right/one/deep.js';\nimport { readFile } from 'node:fs';`,
        'test/a.test.ts': `import { test } from 'vitest';\nimport { y } from 'stray';`,
        'bench/peers/a.mjs': `import { z } from 'a-peer';`,
      },
      says: [
        'src/a.ts: @right/one is no dependency',
        'package.json: no shipped file imports left',
        'test/a.test.ts: stray is no development dependency',
        'package.json: nothing uses idle',
      ],
    },
  },
  'the package has what it needs': {
    rule: packaging.packageHasWhatItNeeds,
    bad: {
      files: {
        'package.json': manifest({ files: ['dist', 'README.md', 'attic'], scripts: { install: 'node-gyp rebuild' } }),
        'README.md': '',
      },
      says: [
        'package.json: files lacks build/Release/millrace.node',
        'package.json: files lacks LICENSE',
        'package.json: files names attic, which does not exist',
        'package.json: has the script install',
      ],
    },
  },
  'the lock file names no mirror': {
    rule: packaging.lockNamesNoMirror,
    bad: {
      files: {
        'package-lock.json':
          '"resolved": "https://registry.npmjs.org/a.tgz",\n"resolved": "http://mirror.example/b.tgz"',
      },
      says: [`package-lock.json: http://mirror.example/b.tgz is not npm's registry`],
    },
  },
  'documents keep their word': {
    rule: packaging.documentsKeepTheirWord,
    bad: {
      files: {
        'package.json': manifest({ scripts: { bench: '' } }),
        'docs/a.md':
          '[b](b.md#part) [c](../src/) [d](https://example.org/) [e](#part) `npm run bench` `npm run polish`',
        'src/x.ts': '',
      },
      says: ['docs/a.md: b.md leads nowhere', 'docs/a.md: there is no npm run polish'],
    },
  },
};

describe.each(Object.entries(rules))('%s', (_name, { rule, bad }) => {
  test('here', () => {
    expect(rule(repository)).toEqual([]);
  });

  test('in a bad example it objects', () => {
    expect(rule(treeOf(bad.files))).toEqual(bad.says);
  });
});

test('each rule stands in the table', () => {
  const exported = [imports, packaging, shape, words].flatMap((module) => Object.values(module));
  const notRules: unknown[] = [imports.importsOf, shape.functionLengths, words.withoutComments];
  const tested = Object.values(rules).map(({ rule }) => rule);
  expect(exported.filter((each) => !notRules.includes(each) && !tested.includes(each as Rule))).toEqual([]);
});

test('the linter bounds functions to a screen and finds floating promises', () => {
  const { rules: enabled } = JSON.parse(repository.text('.oxlintrc.json')) as { rules: Record<string, unknown> };
  expect(enabled['eslint/max-lines-per-function']).toMatchObject(['error', { max: 70 }]);
  expect(enabled['typescript/no-floating-promises']).toMatchObject(['error', {}]);
  expect(JSON.parse(repository.text('package.json')).scripts.lint).toMatch(/--type-aware .*--deny-warnings/);
});
