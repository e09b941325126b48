/**
 * Is what `npm pack` makes a package that works? Run by `.ci/run package`.
 *
 * Packs, looks at the list of files, installs the archive in an empty folder with its dependencies from the registry and without install
 * scripts, then runs a small program and benchmarks there and checks its types against the package's declarations, all of them. Leaves nothing behind.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chunkNames, programFiles } from './build/chunks.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packedSizeMax = 4 * 1024 * 1024;
const allowed =
  /^(?:dist|src|native\/(?:core|binding))\/|^bench\/(?!(?:broker|peers)\/)|^native\/CMakeLists\.txt$|^[^/]+$|^build\/Release\/millrace\.node$/;
const required = ['build/Release/millrace.node', 'bench/run.mjs', 'README.md', 'LICENSE', 'package.json'];

const program = `import { openStore } from 'millrace';
import { apis } from 'millrace/protocol';

const store = await openStore('data');
await store.createTopic('orders', { partitions: 1 });
const orders = store.partition('orders', 0);
const value = new TextEncoder().encode('three sheets of brass');
const receipt = orders.append([{ key: 'c-17', value, headers: { source: 'web' } }]);
await receipt.durable;
let count = 0;
for (const batch of orders.read(receipt.baseOffset)) {
  for (const record of batch) if (record.offset === receipt.baseOffset) count += 1;
}
await store.close();
if (count !== 1) throw new Error('expected one record, read ' + String(count));
const [asked] = apis.metadata.request.encode(1, { topics: [{ name: 'orders' }] });
if (apis.metadata.request.decode(1, asked).topics?.[0]?.name !== 'orders') throw new Error('a message changed on its way');
`;

function run(command, args, cwd) {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}: ${error.message}\n${error.stdout}\n${error.stderr}`, {
      cause: error,
    });
  }
}

/** Packs into the folder; returns the archive's path. */
function pack(folder) {
  const printed = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root));
  const [packed] = Array.isArray(printed) ? printed : Object.values(printed);
  const paths = packed.files.map((file) => file.path);
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((path) => path.endsWith('.ts'));
  const compiled = sources.flatMap((path) => [
    `dist/${path.replace(/\.ts$/, '.js')}`,
    `dist/${path.replace(/\.ts$/, '.d.ts')}`,
  ]);
  const bundled = chunkNames.flatMap((name) => [`dist/chunks/${name}.js`, `dist/chunks/${name}.js.map`]);
  bundled.push(...programFiles.map((path) => `dist/${path}`));
  const missing = [...required, ...compiled, ...bundled].filter((path) => !paths.includes(path));
  const foreign = paths.filter((path) => !allowed.test(path));
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}`);
  if (foreign.length > 0) throw new Error(`the package has ${foreign.join(', ')}`);
  if (packed.size > packedSizeMax) throw new Error(`the package has ${packed.size} bytes, at most ${packedSizeMax}`);
  console.log(`packed ${paths.length} files, ${(packed.size / 1024).toFixed(0)} KiB`);
  return join(folder, packed.filename);
}

function install(archive, folder) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', archive], folder);
}

function checkTypes(folder) {
  writeFileSync(join(folder, 'program.ts'), program);
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    typeRoots: [join(root, 'node_modules/@types')],
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder);
  console.log('its declarations hold');
}

const scratch = mkdtempSync(join(tmpdir(), 'millrace-package-'));
try {
  const archive = pack(scratch);
  const consumer = join(scratch, 'consumer');
  install(archive, consumer);
  writeFileSync(join(consumer, 'program.mjs'), program);
  run(process.execPath, ['program.mjs'], consumer);
  console.log('it works where it is installed');
  run(
    process.execPath,
    [join('node_modules', 'millrace', 'dist', 'cli', 'main.js'), 'verify', '--data', 'data'],
    consumer,
  );
  console.log('so does its program');
  // `millrace bench` runs them: with the package's own dependencies only.
  const benchmarks = join('node_modules', 'millrace', 'bench', 'run.mjs');
  run(process.execPath, [benchmarks, 'view', 'seek', '--smoke', '--dir', consumer], consumer);
  console.log('its benchmarks run');
  checkTypes(consumer);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
