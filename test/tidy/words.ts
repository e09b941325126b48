/**
 * Rules about words: notes to self, stubs, tests that are switched off without a reason, paths of one machine, and catches that swallow
 * without saying why.
 */
import { select, type Rule } from './tree.ts';

const everywhere = ['.'];
const texts = ['.ts', '.mjs', '.js', '.cc', '.h', '.txt', '.json', '.md', '.yml', '.java', '.xml', '/run'];

/** The rules themselves and their bad examples hold the words that they look for. */
function isRule(path: string): boolean {
  return path.startsWith('test/tidy') || path === 'package-lock.json';
}

function objectTo(pattern: RegExp, why: string, folders = everywhere): Rule {
  return (tree) =>
    select(tree, folders, texts).flatMap((path) => {
      if (isRule(path)) return [];
      return tree
        .text(path)
        .split('\n')
        .flatMap((line, index) => {
          const match = pattern.exec(line);
          return match === null ? [] : [`${path}:${index + 1}: ${(match[1] ?? match[0]).trim()}: ${why}`];
        });
    });
}

export const noNotesToSelf: Rule = objectTo(/\b(?:TODO|FIXME|XXX|HACK)\b/, 'a note to self');

export const noStubs: Rule = objectTo(/^(?!.*ENOSYS).*?\b(not (?:yet )?implemented)\b/i, 'a stub', [
  'src',
  'native',
  'bench',
  'examples',
  'tools',
]);

export const noMachinePaths: Rule = objectTo(/(?<![\w.*$}-])\/(?:work|root|home\/\w+)\//, 'a path of one machine');

export const sourcesDoNotPrint: Rule = objectTo(
  /\bconsole\.\w+\(|\bstd::cout\b|\bprintf\(/,
  'a library does not print',
  [
    'src/assert.ts',
    ...[
      'file',
      'record',
      'worker',
      'index',
      'segment',
      'log',
      'replication',
      'group',
      'store',
      'security',
      'protocol',
    ].map((folder) => `src/${folder}`),
    'native/core',
    'native/binding',
  ],
);

/** A test that is switched off says why, in a comment on its line or the one above; one that switches off all others is a mistake. */
export const testsThatSkipSayWhy: Rule = (tree) =>
  select(tree, ['test'], ['.ts']).flatMap((path) => {
    if (isRule(path)) return [];
    const lines = tree.text(path).split('\n');
    return lines.flatMap((line, index) => {
      if (/\b(?:it|test|describe|suite)\.only\b/.test(line))
        return [`${path}:${index + 1}: .only switches off all other tests`];
      if (!/\b(?:it|test|describe|suite)\.(?:skip|todo|skipIf|runIf|fails)\b/.test(line)) return [];
      const isExplained = /\/\//.test(line) || /^\s*(?:\/\/|\*|\/\*)/.test(lines[index - 1] ?? '');
      return isExplained ? [] : [`${path}:${index + 1}: a test is switched off and no comment says why`];
    });
  });

/** Test files share a process, which loads what they import once: a hook there would be one of the first file alone. */
export const hooksStandInTestFiles: Rule = (tree) =>
  select(tree, ['test'], ['.ts']).flatMap((path) =>
    path.endsWith('.test.ts') || !/^(?:before|after)(?:Each|All)\(/m.test(tree.text(path))
      ? []
      : [`${path}: a hook outside of a test file`],
  );

/** `catch { … }` without the error: a comment inside, or right above, says why it is nothing to worry about. */
export const catchesSayWhy: Rule = (tree) =>
  select(tree, ['src', 'bench', 'examples', 'tools'], ['.ts', '.mjs', '.js']).flatMap((path) => {
    const text = tree.text(path);
    return [...text.matchAll(/\bcatch\s*\{([^}]*)\}|\.catch\(\s*\(\)\s*=>\s*(?:\{([^}]*)\}|undefined)/g)].flatMap(
      (match) => {
        const line = text.slice(0, match.index).split('\n').length;
        const above = text.split('\n')[line - 2] ?? '';
        const body = match[1] ?? match[2] ?? '';
        return /\/\/|\/\*|\bthrow\b/.test(body) || /^\s*\/\//.test(above)
          ? []
          : [`${path}:${line}: a catch without a reason`];
      },
    );
  });

/**
 * A text with comments (and, if asked, strings and character literals) blanked; line breaks stay. Knows no regular expressions, which is
 * enough for C++ and for the words above.
 */
export function withoutComments(text: string, stringsToo = false): string {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return text.replace(token, (match) => {
    if (!stringsToo && !match.startsWith('/')) return match;
    return match.replace(/[^\n]/g, ' ');
  });
}
