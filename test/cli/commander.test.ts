import * as imported from 'commander';
import { expect, test } from 'vitest';
import * as required from '#millrace/cli/commander.js';

test('its classes are those that an import of the package gives', () => {
  for (const [name, value] of Object.entries(required))
    expect(value, name).toBe(imported[name as keyof typeof imported]);
  expect(Object.keys(required).sort()).toEqual(['Command', 'CommanderError', 'InvalidArgumentError', 'Option']);
});
