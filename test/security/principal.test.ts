import { expect, test } from 'vitest';
import { ANONYMOUS, ANY_USER, parseSuperUsers, principalParts, userPrincipal } from '#millrace/security/principal.js';

test('a principal is a type and a name, parted by the first colon', () => {
  expect(principalParts('User:alice')).toEqual({ type: 'User', name: 'alice' });
  expect(principalParts('User:CN=a:b,O=c')).toEqual({ type: 'User', name: 'CN=a:b,O=c' });
  expect(principalParts(':')).toEqual({ type: '', name: '' });
  expect(principalParts(ANONYMOUS).name).toBe('ANONYMOUS');
  expect(userPrincipal('*')).toBe(ANY_USER);
  for (const text of ['', 'alice'])
    expect(() => principalParts(text)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
});

test('super users are parted by semicolons', () => {
  expect([...parseSuperUsers('User:alice; User:CN=bob,O=x ;;Group:ops;')]).toEqual([
    'User:alice',
    'User:CN=bob,O=x',
    'Group:ops',
  ]);
  expect(parseSuperUsers('')).toEqual(new Set());
  expect(() => parseSuperUsers('User:alice;bob')).toThrow('"bob"');
});
