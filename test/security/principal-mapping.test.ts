import { expect, test } from 'vitest';
import { PrincipalMapping } from '#millrace/security/principal-mapping.js';

const SUBJECT = 'CN=Orders,OU=ServiceUsers,O=Mills\\, Races,C=DE';

// The examples of KIP-371, and what Kafka's own tests have.
test.each([
  ['DEFAULT', SUBJECT, SUBJECT],
  ['RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/', SUBJECT, 'Orders'],
  ['RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/L', SUBJECT, 'orders'],
  ['RULE:^CN=(.*?),OU=(.*?),O=.*,C=(.*?)$/$1@$2.$3/U', SUBJECT, 'ORDERS@SERVICEUSERS.DE'],
  ['RULE:^CN=(.*?),OU=Admins.*$/$1/, DEFAULT', SUBJECT, SUBJECT],
  ['RULE:^CN=(.*?),OU=Admins.*$/$1/,RULE:^.*,C=(..)$/from $1/ ,DEFAULT', SUBJECT, 'from DE'],
  ['RULE:^CN=(.*?),OU=Admins.*$/$1/L', SUBJECT, null],
  ['', SUBJECT, null],
  // The whole of it must fit.
  ['RULE:CN=(.*?),OU=ServiceUsers/$1/', SUBJECT, null],
  // There is one group.
  ['RULE:^CN=(\\w+),.*$/$1@$2 $10 \\$1/', SUBJECT, 'Orders@$2 Orders0 $1'],
  ['RULE:^cn=(.*)\\/x$/$1/', 'cn=a/x', 'a'],
  ['RULE:^CN=((a)|(b))$/$2-$3/', 'CN=b', '-b'],
])('%j makes of %j %j', (rules, subject, expected) => {
  expect(new PrincipalMapping(rules).nameOf(subject)).toBe(expected);
});

test.each([
  'RULE:^CN=(.*?)$',
  'RULE:^CN=(.*?)$/$1',
  'RULE:^CN=(.*?)$/$1/X',
  'RULE:^CN=(.*?$/$1/',
  'DEFAULTS',
  'default',
  'RULE:a/b/L,foo',
  'RULE:a/b/LU',
])('%j is refused', (rules) => {
  expect(() => new PrincipalMapping(rules)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
});
