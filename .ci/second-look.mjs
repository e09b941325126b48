/**
 * Tries the test files again, alone, that failed in a run of all tests: `node .ci/second-look.mjs REPORT`, with vitest's report
 * as JSON.
 *
 * A shared machine can stand still for longer than a test expects, and one of six thousand tests then fails a change that it does not
 * concern. What passes when tried again passes, and says loudly that it is a test to be mended. Not so what is random on purpose, whose next
 * run proves nothing of the one before: property and crash tests, and whatever names a seed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const most = 3;
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = report.testResults
  .filter(({ status }) => status !== 'passed')
  .map(({ name, message, assertionResults }) => ({
    file: relative(process.cwd(), name).replaceAll('\\', '/'),
    tests: assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    told: [message, ...assertionResults.flatMap(({ failureMessages }) => failureMessages ?? [])].join('\n'),
  }));
const random = failed.filter(({ file, told }) => /^test\/(property|crash)\//.test(file) || /\bseed\b/i.test(told));

if (failed.length === 0) refuse('no test file failed, but the run did');
if (failed.length > most) refuse(`${failed.length} test files failed: too many to blame the machine`);
if (random.length > 0) refuse(`random by design, so once is enough: ${random.map(({ file }) => file).join(', ')}`);

const files = failed.map(({ file }) => file);
console.log(`\na second look at ${files.join(', ')}`);
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...files], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
for (const { file, tests, told } of failed) {
  console.log(`passed only at a second look, to be mended: ${file}: ${tests.join('; ') || 'the file itself'}`);
  console.log(told.trim().replaceAll(/^/gm, '    '));
}

function refuse(why) {
  console.log(`no second look: ${why}`);
  process.exit(1);
}
