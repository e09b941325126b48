/** In processes of their own: a context takes signals and streams that are the process's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const module = fileURLToPath(import.meta.resolve('#millrace/cli/process-context.js'));

function script(body: string) {
  const code = `import { processContext } from ${JSON.stringify(module)};\nconst context = processContext();\n${body}`;
  return spawn(process.execPath, ['--input-type=module', '-e', code]);
}

test('the first SIGINT ends the signal, the second the process', async () => {
  const child = script(`
    setInterval(() => {}, 1000);
    context.signal.addEventListener('abort', () => context.stdout.write('ended'));
    context.stdout.write('ready');`);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  expect(String((await once(child.stdout, 'data'))[0])).toBe('ended');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
});

test('the exit status is set, and a closed pipe ends the signal', async () => {
  const child = script(`
    context.setExitCode(2);
    const timer = setInterval(() => context.stdout.write('x'), 5);
    context.signal.addEventListener('abort', () => clearInterval(timer));`);
  await once(child.stdout, 'readable');
  child.stdout.destroy();
  expect(await once(child, 'exit')).toEqual([2, null]);
});
