import * as imported from 'commander';
import { expect, test } from 'vitest';
import * as required from '#millrace/cli/commander.js';

test('its classes are those that an import of the package gives', () => {
  const { Command, CommanderError, InvalidArgumentError, Option } = imported;
  expect({ ...required }).toEqual({ Command, CommanderError, InvalidArgumentError, Option });
  expect(required.Command).toBe(Command);
});
