/**
 * Rules about who may import whom: the levels of the house, one door to the addon, one to the thread pool, and the native core
 * without Node-API.
 */
import { posix } from 'node:path';
import { select, type Rule, type Tree } from './tree.ts';

/** Folder or root file of src/ to its level: imports point to a lower one, or stay inside the folder. */
const levels: Record<string, number> = {
  errors: 0,
  assert: 0,
  limits: 0,
  types: 0,
  clock: 0,
  'guarded-clock': 0,
  'test-clock': 0,
  native: 0,
  'native-words': 0,
  'lazy-module': 0,
  'package-root': 0,
  file: 1,
  record: 1,
  worker: 1,
  index: 2,
  segment: 3,
  log: 4,
  replication: 5,
  group: 5,
  transaction: 5,
  security: 5,
  producer: 5,
  consumer: 5,
  member: 5.5,
  compaction: 5,
  store: 6,
  metrics: 7,
  broker: 8,
  cluster: 8,
  cli: 9,
  main: 9,
};

/** The wire stands beside the tower: it may import level 0 only, and what knows no wire may not import it. */
const protocolUsersFrom = 5;

/** `import … from`, `export … from`, `import '…'` at the start of a line, and `import('…')` anywhere. */
export function importsOf(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]/gm))
    found.push(match[1]);
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)) found.push(match[1]);
  return found;
}

/** The folder of src/ (or the root file, without ending) that a path belongs to. */
function roomOf(path: string): string {
  return path.slice('src/'.length).split('/')[0].replace(/\.ts$/, '');
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === 'protocol') return levels[from] >= protocolUsersFrom;
  if (from === 'protocol') return levels[to] === 0;
  // The root files of level 0 are one room; that they form no circle is the linter's to see.
  return levels[to] < levels[from] || levels[from] === 0;
}

function relativeImports(tree: Tree, path: string): { specifier: string; target: string }[] {
  return importsOf(tree.text(path))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ specifier, target: posix.join(posix.dirname(path), specifier) }));
}

export const importsPointDown: Rule = (tree) => {
  const found: string[] = [];
  for (const path of select(tree, ['src'], ['.ts'])) {
    const from = roomOf(path);
    if (from !== 'protocol' && levels[from] === undefined) {
      found.push(`${path}: ${from} has no level in test/tidy/imports.ts`);
      continue;
    }
    for (const { specifier, target } of relativeImports(tree, path)) {
      if (!target.startsWith('src/')) found.push(`${path}: ${specifier} leaves src/`);
      else if (!mayImport(from, roomOf(target))) found.push(`${path}: ${specifier} does not point down`);
    }
  }
  return found;
};

export const relativeImportsNameTheirFile: Rule = (tree) => {
  const found: string[] = [];
  for (const path of select(tree, ['src'], ['.ts'])) {
    for (const { specifier, target } of relativeImports(tree, path)) {
      if (!specifier.endsWith('.ts')) found.push(`${path}: ${specifier} does not end with .ts`);
      else if (!tree.has(target)) found.push(`${path}: ${specifier} names no file`);
    }
  }
  return found;
};

export const oneDoorToTheAddon: Rule = (tree) =>
  select(tree, ['src'], ['.ts'])
    // The others load packages by their names, and the program.
    .filter((path) => !['src/native.ts', 'src/lazy-module.ts', 'src/cli/kept-code.ts'].includes(path))
    .filter((path) => /\bcreateRequire\b|\bdlopen\b|\.node['"`]/.test(tree.text(path)))
    .map((path) => `${path}: only src/native.ts loads the addon`);

export const oneDoorToThePool: Rule = (tree) =>
  select(tree, ['src'], ['.ts'])
    .filter((path) => !path.startsWith('src/worker/'))
    .filter((path) => importsOf(tree.text(path)).includes('piscina'))
    .map((path) => `${path}: only src/worker/ imports piscina`);

/** A test of our own code runs what is shipped: it imports dist/ by `#millrace/…`, and never reaches into src/ or dist/ by a path. */
export const testsImportWhatIsShipped: Rule = (tree) =>
  select(tree, ['test', 'bench', 'examples'], ['.ts', '.mjs', '.js']).flatMap((path) =>
    importsOf(tree.text(path))
      .filter((specifier) => /^(?:\.\.\/)+(?:src|dist)\//.test(specifier))
      .map((specifier) => `${path}: ${specifier} should be #millrace/…`),
  );

export const coreKnowsNoNodeApi: Rule = (tree) =>
  select(tree, ['native'], ['.cc', '.h']).flatMap((path) =>
    path.startsWith('native/binding/')
      ? []
      : [...tree.text(path).matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)]
          .map((match) => match[1])
          .filter((header) =>
            /(?:^|\/)(?:napi|napi-inl|node_api|js_native_api|node|v8|uv)\.h$|(?:^|\/)binding\//.test(header),
          )
          .map((header) => `${path}: only native/binding/ may include ${header}`),
  );
