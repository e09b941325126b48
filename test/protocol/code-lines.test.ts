import { expect, test } from 'vitest';
import { canMakeCode, CodeLines, functionOf } from '#millrace/protocol/code-lines.js';

test('lines become a function that has its name and sees its runtime', () => {
  const code = new CodeLines();
  const [one, other] = [code.name('v'), code.name('v')];
  code.add(`const ${one} = add(a, 1);`, `const ${other} = ${one} * 2;`, `return ${other};`);
  const made = functionOf('double', 'a', code, { add: (a: number, b: number) => a + b }) as (a: number) => number;
  expect([one, other, made.name, made(4)]).toEqual(['v0', 'v1', 'double', 10]);
  expect(code.text.split('\n').length).toBe(3);
});

test('this process may make code', () => {
  expect(canMakeCode).toBe(true);
});
