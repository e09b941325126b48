/**
 * Where the package lies. What stands beside the compiled code (the addon, package.json, the benchmarks, modules that threads load) is found from
 * here and nowhere else, since in which file of dist/ a source ends up is the bundler's matter.
 */
import { existsSync } from 'node:fs';

/** The folder of the nearest package.json, which is also how Node tells where a package begins. Ends with a slash. */
export const packageRoot: URL = findRoot(new URL('.', import.meta.url));

/** The compiled module of a source, by its path below src/ without ending. */
export function compiledModule(name: string): URL {
  return new URL(`dist/${name}.js`, packageRoot);
}

function findRoot(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder;
  const parent = new URL('..', folder);
  return parent.href === folder.href ? folder : findRoot(parent);
}
