import { expect, test } from 'vitest';
import { compilePattern, matchTopics } from '#millrace/group/consumer/topic-pattern.js';

function compiled(pattern: string) {
  const found = compilePattern(pattern);
  if ('fault' in found) throw new Error(found.fault);
  return found;
}

test('a name matches as a whole, by the rules of RE2', () => {
  expect(compiled('t.*').matches('topic')).toBe(true);
  expect(compiled('t').matches('topic')).toBe(false);
  expect(compiled('opic').matches('topic')).toBe(false);
  expect(compiled('(?i)TOPIC').matches('topic')).toBe(true);
  expect(compiled('\\Qa.b\\E|c').matches('a.b')).toBe(true);
  expect(compiled('\\pL+').matches('größe')).toBe(true);
});

test.each(['(', '[', '*', 'a{1001}', '(?=a)b', '(a)\\1', '((a{100}){100}){100}'])('%s is no expression', (pattern) => {
  expect(compilePattern(pattern)).toEqual({ fault: expect.stringContaining('error parsing regexp') });
});

test('one that is too long or takes too many steps is refused', () => {
  expect(compilePattern('a'.repeat(5_000))).toEqual({ fault: expect.stringContaining('5000 characters') });
  expect(compilePattern('\\pL{1000}'.repeat(6))).toEqual({ fault: expect.stringContaining('steps') });
});

test('an expression that would keep others busy for ages does not', () => {
  const pattern = compiled('(x+x+)+y');
  const begun = performance.now();
  expect(pattern.matches('x'.repeat(249))).toBe(false);
  expect(performance.now() - begun).toBeLessThan(1_000);
});

test('each expression gets the names that it stands for; others have their turn meanwhile', async () => {
  const names = Array.from({ length: 30_000 }, (_, i) => `topic-${i}`);
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const found = await matchTopics(['topic-1.', '(a|b|topic-\\d+)*', '('], names);
  clearInterval(counting);
  expect([...found.get('topic-1.')!]).toEqual(names.slice(10, 20));
  expect(found.get('(a|b|topic-\\d+)*')!.size).toBe(30_000);
  expect(found.get('(')!.size).toBe(0);
  expect(turns).toBeGreaterThan(0);
});
