/** The addon in worker threads, and how processes and workers end with work of its threads under way. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addonUrl, runChild, temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();

/** Starts a flusher with rounds that take a while and a pager with tickets, as `busy(name)`; for the child and its workers. */
const busySource = `
  const busy = (name) => {
    const file = directory + '/' + name;
    const fd = native.open(file, 'a+');
    native.write(fd, file, new Uint8Array(4 << 20).fill(1), 0, 4 << 20, 0);
    const flusher = native.createFlusher(directory);
    for (let i = 0; i < 200; i++) flusher.flush(Int32Array.of(fd), [file], new Float64Array(1), [directory], i % 2 === 0, () => undefined);
    const pager = native.createPager();
    const part = 4 << 20;
    const tickets = Array.from({ length: 8 }, (_, n) => pager.prepare(fd, file, (n + 2) * part, (n + 1) * part, part, part, false));
    const window = pager.take(tickets[0]);
    pager.populate(window, 0, part);
    native.populateRead(window, 0, part);
    return { flusher, pager, window };
  };
`;

describe('a process ends', () => {
  test.each([
    ['by process.exit', 'process.exit(0)', { code: 0 }],
    [
      'by process.exit in a callback of the flusher',
      'held.flusher.flush(new Int32Array(0), [], new Float64Array(0), [], false, () => process.exit(0))',
      { code: 0 },
    ],
    ['by an uncaught error', 'process.on("exit", () => console.log("exit")); throw new Error("meant")', { code: 1 }],
  ])('%s, with rounds and tickets pending', async (_name, end, expected) => {
    const child = await runChild(directory, `${busySource} const held = busy('exit'); ${end};`);
    expect(child).toMatchObject({ ...expected, signal: null });
  });

  test('by itself, when the rounds are done, with an open pager and unclosed flusher', async () => {
    const child = await runChild(
      directory,
      `${busySource}
       const held = busy('by-itself');
       held.flusher.flush(new Int32Array(0), [], new Float64Array(0), [], false, (error) => console.log('last round', error));`,
    );
    expect(child).toMatchObject({ code: 0, signal: null, stdout: 'last round null\n', stderr: '' });
  });

  test('when everything was collected before', async () => {
    const child = await runChild(
      directory,
      `${busySource}
       busy('collected');
       for (let i = 0; i < 20; i++) { gc(); await new Promise((r) => setImmediate(r)); }
       console.log('done');`,
      ['--expose-gc'],
    );
    expect(child).toMatchObject({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
  });
});

describe('worker threads', () => {
  /** A child with `start(name)`, which starts a worker that runs `body`. */
  function runWorkers(body: string, source: string): ReturnType<typeof runChild> {
    const workerPath = join(directory, `worker-${workers++}.mjs`);
    writeFileSync(
      workerPath,
      `import { native } from ${JSON.stringify(addonUrl)};
       import { parentPort, workerData } from 'node:worker_threads';
       const directory = ${JSON.stringify(directory)};
       ${busySource}
       ${body}`,
    );
    return runChild(
      directory,
      `import { Worker } from 'node:worker_threads';
       import { once } from 'node:events';
       ${busySource}
       const start = (name) => new Worker(${JSON.stringify(workerPath)}, { workerData: { name } });
       ${source}`,
    );
  }
  let workers = 0;

  test('each loads its own instance, and works', async () => {
    const child = await runWorkers(
      `const file = directory + '/' + workerData.name;
       const fd = native.open(file, 'a+');
       native.reserve(fd, file, 1 << 20);
       const view = new Uint8Array(native.mapShared(fd, file, 0, 1 << 20));
       view.set(new TextEncoder().encode('123456789'));
       native.createFlusher(directory).flush(Int32Array.of(fd), [file], new Float64Array(1), [directory], false, (error) =>
         parentPort.postMessage([native.crc32c(view, 0, 9), error]));`,
      `const answers = ['a', 'b', 'c'].map(async (name) => (await once(start(name), 'message'))[0]);
       console.log(JSON.stringify(await Promise.all(answers)));`,
    );
    expect(child).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(JSON.parse(child.stdout)).toEqual(Array.from({ length: 3 }, () => [0xe3069283, null]));
  });

  test('may be terminated at any moment, while the main thread works on', async () => {
    const child = await runWorkers(
      `for (let i = 0; ; i++) {
         const held = busy(workerData.name + i);
         parentPort.postMessage('busy');
         await new Promise((resolve) => held.flusher.flush(new Int32Array(0), [], new Float64Array(0), [], false, resolve));
         held.flusher.close();
         held.pager.close();
       }`,
      `const held = busy('main');
       for (let i = 0; i < 12; i++) {
         const worker = start('terminated' + i);
         await once(worker, 'message');
         await new Promise((resolve) => setTimeout(resolve, i * 2));
         await worker.terminate();
       }
       await new Promise((resolve) => held.flusher.flush(new Int32Array(0), [], new Float64Array(0), [directory], false, resolve));
       held.pager.close();
       console.log('done');`,
    );
    expect(child).toMatchObject({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
  });

  test('may exit with work under way, and their mappings go with them', async () => {
    const child = await runWorkers(
      `busy(workerData.name);
       if (workerData.name === 'exits') process.exit(0);`,
      `for (const name of ['exits', 'ends']) await once(start(name), 'exit');
       console.log(native.counters().mappings);`,
    );
    expect(child).toMatchObject({ code: 0, signal: null, stdout: '0\n', stderr: '' });
  });
});
