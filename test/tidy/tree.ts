/**
 * The files of a repository as the tidy rules see them: paths with `/`, their sizes, their text.
 *
 * `readRepository` takes what git tracks or would track, so what .gitignore names is no concern of a rule. `treeOf` makes a small one
 * from literals: each rule is also run on a bad example.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Tree {
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** Size in bytes. */
  size(path: string): number;
  text(path: string): string;
}

/** A rule gives one sentence for each thing that it objects to, path first. */
export type Rule = (tree: Tree) => string[];

export function readRepository(root: string): Tree {
  // A clone that another user owns is still only read here.
  const git = [
    '-c',
    'safe.directory=*',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
  ];
  const listed = execFileSync('git', git, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  const sizes = new Map<string, number>();
  for (const path of listed.split('\0')) {
    if (path === '') continue;
    const status = statSync(join(root, path), { throwIfNoEntry: false });
    if (status?.isFile()) sizes.set(path, status.size);
  }
  const texts = new Map<string, string>();
  const text = (path: string): string => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const read = readFileSync(join(root, path), 'utf8');
    texts.set(path, read);
    return read;
  };
  return makeTree(sizes, text);
}

/** A tree from path to text; a number stands for a file of that many bytes. */
export function treeOf(files: Record<string, string | number>): Tree {
  const sizes = new Map(
    Object.entries(files).map(([path, file]) => [path, typeof file === 'number' ? file : file.length]),
  );
  return makeTree(sizes, (path) => (typeof files[path] === 'string' ? files[path] : ''));
}

function makeTree(sizes: ReadonlyMap<string, number>, text: (path: string) => string): Tree {
  const paths = [...sizes.keys()].sort();
  return { paths, has: (path) => sizes.has(path), size: (path) => sizes.get(path) ?? 0, text };
}

/** Paths below one of the folders, with one of the endings. */
export function select(tree: Tree, folders: readonly string[], endings: readonly string[]): string[] {
  return tree.paths.filter(
    (path) =>
      folders.some((folder) => folder === '.' || path.startsWith(`${folder}/`)) &&
      endings.some((ending) => path.endsWith(ending)) &&
      !path.startsWith('test/fixture/'),
  );
}

/** Number of lines, as an editor counts them. */
export function lineCount(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
