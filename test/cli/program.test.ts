import { describe, expect, test } from 'vitest';
import { createProgram } from '#millrace/cli/program.js';
import { cli, testContext } from './cli-run.ts';

test('help shows the commands in groups, and examples', async () => {
  const { stdout, status } = await cli(['--help']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Topics, records and groups:\n +topic .*\n +produce .*\n +consume .*\n +group .*/);
  expect(stdout).toMatch(/Examples:\n {2}millrace topic create/);
});

test('the version is that of the package', async () => {
  expect((await cli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('a name that is nearly one is suggested', async () => {
  const { stderr, status } = await cli(['produec']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^millrace: unknown command 'produec'\n\(Did you mean produce\?\)/);
});

describe('every command', async () => {
  const program = await createProgram(testContext());
  const leaves = program.commands.flatMap((command) =>
    command.commands.length > 0 ? command.commands.map((sub) => [command.name(), sub.name()]) : [[command.name()]],
  );

  test.each(leaves.map((path) => [path.join(' '), path]))(
    '%s has help, common options and one way to be wrong',
    async (_name, path) => {
      const help = await cli([...path, '--help']);
      expect(help.status).toBe(0);
      expect(help.stdout).toContain(`Usage: millrace ${path.join(' ')}`);
      // The benchmarks have a directory of their own.
      expect(help.stdout).toMatch(path[0] === 'bench' ? /--dir <dir>[^]*--json/ : /--data <dir>[^]*--json/);
      expect(help.stdout).toMatch(/Examples?:\n {2}/);
      const wrong = await cli([...path, '--no-such-option']);
      expect(wrong).toMatchObject({ status: 2, stdout: '' });
      expect(wrong.stderr).toBe(
        `millrace: unknown option '--no-such-option'\nTry: millrace ${path.join(' ')} --help\n`,
      );
    },
  );
});
