/**
 * Rules about the shape of files: lengths, names, the comment at the head, what is exported, a test for each.
 */
import { posix } from 'node:path';
import { lineCount, select, type Rule } from './tree.ts';
import { withoutComments } from './words.ts';

const code = ['.ts', '.mjs', '.js', '.cc', '.h'];
const codeFolders = ['src', 'native', 'test', 'bench', 'examples', 'tools'];

const linesMax = 300;
const testLinesMax = 400;
const linesNever = 500;
/** Path to why it may be longer than its bound; 500 lines bind these too. */
const longFiles: Record<string, string> = {};

export const filesAreShort: Rule = (tree) =>
  select(tree, codeFolders, code).flatMap((path) => {
    const count = lineCount(tree.text(path));
    const bound = path in longFiles ? linesNever : /^test\/|^native\/test\//.test(path) ? testLinesMax : linesMax;
    return count > bound ? [`${path}: ${count} lines, at most ${bound}`] : [];
  });

const functionLinesMax = 70;

/**
 * C++ functions, by their braces: a block whose enclosing blocks are all namespaces, classes or `extern "C"`. TypeScript's are
 * bounded by the linter (`max-lines-per-function`).
 */
export const nativeFunctionsFitAScreen: Rule = (tree) =>
  select(tree, ['native'], ['.cc', '.h']).flatMap((path) =>
    functionLengths(tree.text(path))
      .filter(({ lines }) => lines > functionLinesMax)
      .map(({ line, lines }) => `${path}:${line}: a function of ${lines} lines, at most ${functionLinesMax}`),
  );

/** Where each function body of a C++ text begins (its line, from 1) and how many lines it has. */
export function functionLengths(source: string): { line: number; lines: number }[] {
  const text = withoutComments(source, true);
  const found: { line: number; lines: number }[] = [];
  const open: { isFunction: boolean; line: number }[] = [];
  let line = 1;
  let head = '';
  for (const character of text) {
    if (character === '\n') line += 1;
    if (character === '{') {
      const isContainer = /\b(?:namespace|class|struct|union|enum|extern)\b[^()=]*$/.test(head);
      const inFunction = open.some((block) => block.isFunction);
      open.push({ isFunction: !isContainer && !inFunction && head.includes('('), line });
      head = '';
    } else if (character === '}') {
      const block = open.pop();
      if (block?.isFunction === true) found.push({ line: block.line, lines: line - block.line + 1 });
      head = '';
    } else if (character === ';') {
      head = '';
    } else {
      head += character;
    }
  }
  return found;
}

const kebab = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*$/;
const snake = /^[a-z0-9]+(?:_[a-z0-9]+)*\.(?:cc|h)$/;
/** Words that say nothing about what a file holds; `index` is a word of the domain, and no file's door. */
const emptyNames = new Set(['index', 'util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared', 'lib']);

export const filesAreNamedAfterANoun: Rule = (tree) =>
  select(tree, codeFolders, code).flatMap((path) => {
    const name = path.split('/').at(-1)!;
    const found: string[] = [];
    const isNative = path.endsWith('.cc') || path.endsWith('.h');
    if (!(isNative ? snake : kebab).test(name)) found.push(`${path}: not ${isNative ? 'snake_case' : 'kebab-case'}`);
    if (emptyNames.has(name.split('.')[0])) found.push(`${path}: ${name} says nothing about what it holds`);
    return found;
  });

/** A C++ source with a header of the same name is described there. */
export const filesOpenWithWhatTheyAre: Rule = (tree) =>
  select(tree, ['src', 'native', 'bench', 'examples', 'tools'], code)
    .filter((path) => !path.endsWith('.cc') || !tree.has(path.replace(/\.cc$/, '.h')))
    .filter((path) => !/^(?:#!.*\n)?\s*(?:#pragma once\s+)?(?:\/\*|\/\/)/.test(tree.text(path)))
    .map((path) => `${path}: no comment at the head`);

export const nothingIsExportedByDefault: Rule = (tree) =>
  select(tree, ['src'], ['.ts'])
    .filter((path) => /\bexport\s+default\b|\bas\s+default\b/.test(withoutComments(tree.text(path))))
    .map((path) => `${path}: a default export`);

/** The package's faces are the only files that do nothing but hand on what others export. */
const faces = new Set(['src/main.ts', 'src/protocol/protocol.ts', 'src/broker/main.ts']);

export const noBarrels: Rule = (tree) =>
  select(tree, ['src'], ['.ts'])
    .filter((path) => !faces.has(path))
    .filter((path) => {
      const text = withoutComments(tree.text(path));
      const handedOn = /^export\s[^'";]*?\sfrom\s*['"][^'"]*['"];?/gm;
      return handedOn.test(text) && text.replaceAll(handedOn, '').trim() === '';
    })
    .map((path) => `${path}: only exports again what other files export`);

/** Source to why it has no test at its own path. */
const untested: Record<string, string> = {
  'src/types.ts': 'types only',
  'src/producer/transaction-door.ts': 'types only',
  'src/cli/context.ts': 'types only',
  'src/producer/topic-logs.ts': 'types only',
  'src/member/membership-parts.ts': 'types only',
  'src/store/transaction-coordinator-door.ts': 'types only',
  'src/broker/broker-context.ts': 'types only',
  'src/broker/connection-options.ts': 'types only',
  'src/broker/session.ts': 'types only',
  'src/broker/http/served-broker.ts': 'types only',
  'src/broker/http/page/element.ts': 'needs a browser: test/broker/http/page/page.test.ts',
  'src/broker/http/page/overview.ts': 'needs a browser: test/broker/http/page/page.test.ts',
  'src/broker/http/page/group-table.ts': 'needs a browser: test/broker/http/page/page.test.ts',
  'src/broker/http/page/table-parts.ts': 'needs a browser: test/broker/http/page/page.test.ts',
  'src/broker/http/page/tables.ts': 'needs a browser: test/broker/http/page/page.test.ts',
  'src/group/group-requests.ts': 'types only',
  'src/group/group-view.ts': 'types only',
  'src/group/offsets-topic.ts': 'types only',
  'src/group/classic/group-environment.ts': 'types only',
  'src/group/consumer/consumer-environment.ts': 'types only',
  'src/group/consumer/consumer-record.ts': 'types only',
  'src/group/consumer/group-topics.ts': 'types only',
  'src/security/credential-lookup.ts': 'types only',
};

/** Folder of sources that are data of one kind: one test goes through all of them. */
const testedTogether: Record<string, string> = {
  'src/protocol/apis': 'test/protocol/apis.test.ts',
};

export const eachSourceHasItsTest: Rule = (tree) => {
  const found: string[] = [];
  for (const path of select(tree, ['src'], ['.ts'])) {
    const test = testedTogether[posix.dirname(path)] ?? path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
    if (!tree.has(test) && !(path in untested)) found.push(`${path}: no ${test}`);
  }
  for (const path of Object.keys(untested)) {
    const test = path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
    if (tree.has(path) && tree.has(test))
      found.push(`${path}: has a test, so strike it from the list of those without`);
  }
  return found;
};

/** Native source to what tests it instead of a file of its own: the kinds of one checksum, and what every file and thread uses. */
const nativeTestedElsewhere: Record<string, string> = {
  error: 'file',
  thread: 'flusher',
  crc32c_x86: 'crc32c',
  crc32c_armv8: 'crc32c',
};

export const eachNativeSourceHasItsTest: Rule = (tree) =>
  select(tree, ['native/core'], ['.cc']).flatMap((path) => {
    const stem = path.slice('native/core/'.length, -'.cc'.length);
    const test = `native/test/${nativeTestedElsewhere[stem] ?? stem}_test.cc`;
    return tree.has(test) ? [] : [`${path}: no ${test}`];
  });
