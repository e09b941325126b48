/**
 * Rules about what is submitted and what is shipped: sizes, dependencies, the package's content, links.
 */
import { posix } from 'node:path';
import { builtinModules } from 'node:module';
import { importsOf } from './imports.ts';
import { select, type Rule, type Tree } from './tree.ts';

interface Manifest {
  readonly files: readonly string[];
  readonly scripts?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const KiB = 1024;
const fixtureSizeMax = 300 * KiB;
const fileSizeMax = 1024 * KiB;
const repositorySizeMax = 8 * 1024 * KiB;

export const filesAreSmall: Rule = (tree) => {
  const found: string[] = [];
  let total = 0;
  for (const path of tree.paths) {
    const size = tree.size(path);
    total += size;
    const bound = path.startsWith('test/fixture/') ? fixtureSizeMax : fileSizeMax;
    if (size > bound) found.push(`${path}: ${size} bytes, at most ${bound}`);
  }
  if (total > repositorySizeMax) found.push(`all files: ${total} bytes, at most ${repositorySizeMax}`);
  return found;
};

/** Development packages that no file imports, and what they are for. */
const tools: Record<string, string> = {
  '@types/cli-progress': 'types of cli-progress',
  '@types/node': 'types of Node',
  'cmake-js': 'builds the addon',
  'node-addon-api': 'headers of the addon',
  'node-api-headers': 'headers that cmake-js would else download',
  oxlint: 'npm run lint',
  'oxlint-tsgolint': 'npm run lint, the rules that need types',
  prettier: 'npm run format',
  publint: '.ci/run',
  rolldown: 'bundles',
  typescript: 'compiles',
};

function manifestOf(tree: Tree): Manifest {
  return JSON.parse(tree.text('package.json')) as Manifest;
}

/** What another package is called in an import, or undefined for Node's own modules, our own names and files. */
function packageOf(specifier: string): string | undefined {
  const name = /^(?:@[\w.-]+\/)?[\w.-]+/.exec(specifier)?.[0];
  if (name === undefined || specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return name === 'millrace' || builtinModules.includes(name) ? undefined : name;
}

/** Packages that these files import, each with one of the files. */
function packagesUsed(tree: Tree, paths: readonly string[]): Map<string, string> {
  const used = new Map<string, string>();
  for (const path of paths) {
    for (const specifier of importsOf(tree.text(path))) {
      const name = packageOf(specifier);
      if (name !== undefined) used.set(name, path);
    }
  }
  return used;
}

/** `dependencies` are what src/ and other shipped folders import, no more and no less; what the rest imports is a development package. */
export const dependenciesAreThoseUsed: Rule = (tree) => {
  const manifest = manifestOf(tree);
  const shipped = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  const development = manifest.devDependencies ?? {};
  // bench/peers has a package.json of its own.
  const around = select(tree, ['test', 'bench', 'examples', 'tools'], ['.ts', '.mjs', '.js']).filter(
    (path) => !path.startsWith('bench/peers/') && !path.startsWith('test/tidy/'),
  );
  const isShipped = (path: string): boolean => path.startsWith('bench/') && manifest.files.includes('bench');
  const inSource = packagesUsed(tree, [...select(tree, ['src'], ['.ts']), ...around.filter(isShipped)]);
  const elsewhere = packagesUsed(
    tree,
    around.filter((path) => !isShipped(path)),
  );
  // A package of data is not imported but found by its name.
  const isNamed = (name: string): boolean => around.some((path) => tree.text(path).includes(`'${name}`));

  const found: string[] = [];
  for (const [name, path] of inSource) if (!(name in shipped)) found.push(`${path}: ${name} is no dependency`);
  for (const name of Object.keys(shipped)) {
    if (!inSource.has(name)) found.push(`package.json: no shipped file imports ${name}`);
  }
  for (const [name, path] of elsewhere) {
    if (!(name in shipped) && !(name in development)) found.push(`${path}: ${name} is no development dependency`);
  }
  for (const name of Object.keys(development)) {
    if (!elsewhere.has(name) && !(name in tools) && !isNamed(name)) found.push(`package.json: nothing uses ${name}`);
  }
  return found;
};

const shippedMin = ['dist', 'build/Release/millrace.node', 'README.md', 'LICENSE'];

export const packageHasWhatItNeeds: Rule = (tree) => {
  const manifest = manifestOf(tree);
  const found = shippedMin
    .filter((name) => !manifest.files.includes(name))
    .map((name) => `package.json: files lacks ${name}`);
  for (const name of manifest.files) {
    const isBuilt =
      name.startsWith('dist') || name.startsWith('build/') || name.startsWith('prebuilds') || name.startsWith('!');
    if (!isBuilt && !tree.paths.some((path) => path === name || path.startsWith(`${name}/`))) {
      found.push(`package.json: files names ${name}, which does not exist`);
    }
  }
  // npm 12 does not run them for a dependency, so a package that needs one installs broken.
  for (const script of ['preinstall', 'install', 'postinstall']) {
    if (manifest.scripts?.[script] !== undefined) found.push(`package.json: has the script ${script}`);
  }
  return found;
};

/** A lock file made behind a mirror would send everybody else there. */
export const lockNamesNoMirror: Rule = (tree) => {
  const hosts = [
    ...tree.text('package-lock.json').matchAll(/"resolved": "(?!https:\/\/registry\.npmjs\.org\/)([^"]*)"/g),
  ];
  return [...new Set(hosts.map((match) => `package-lock.json: ${match[1]} is not npm's registry`))];
};

/** Relative links of the documents lead to a file, and the commands they name exist. */
export const documentsKeepTheirWord: Rule = (tree) => {
  const scripts = manifestOf(tree).scripts ?? {};
  return select(tree, ['.'], ['.md']).flatMap((path) => {
    const text = tree.text(path);
    const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)].map((match) => match[1]);
    const broken = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !leadsSomewhere(tree, posix.join(posix.dirname(path), link)))
      .map((link) => `${path}: ${link} leads nowhere`);
    const commands = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1]);
    const unknown = commands.filter((name) => !(name in scripts)).map((name) => `${path}: there is no npm run ${name}`);
    return [...broken, ...unknown];
  });
};

function leadsSomewhere(tree: Tree, target: string): boolean {
  const name = target.replace(/\/$/, '');
  return tree.has(name) || tree.paths.some((path) => path.startsWith(`${name}/`));
}
