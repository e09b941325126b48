import { describe, expect, test } from 'vitest';
import {
  decodeBase64,
  decodeUser,
  encodeBase64,
  encodeUser,
  formatClientFinal,
  formatClientFirst,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  parseServerFinal,
  parseServerFirst,
  ScramFlaw,
} from '#millrace/security/scram-message.js';
import { scramVectors } from './scram-vectors.ts';

const [vector] = scramVectors;

describe('client first', () => {
  test('that of the RFC', () => {
    expect(parseClientFirst(vector.clientFirst)).toEqual({
      header: 'n,,',
      bare: 'n=user,r=rOprNGfwEbeRWgbNEkqO',
      authorizationId: null,
      user: 'user',
      nonce: 'rOprNGfwEbeRWgbNEkqO',
      asksForToken: false,
    });
    const { header, bare } = formatClientFirst('user', 'rOprNGfwEbeRWgbNEkqO');
    expect(header + bare).toBe(vector.clientFirst);
  });

  test('with an authorization id, escapes and extensions', () => {
    expect(parseClientFirst('n,a=j=2Cd,n=j=2Cd=3D=2C,r=x!~,tokenauth=false,abc=d=e')).toEqual({
      header: 'n,a=j=2Cd,',
      bare: 'n=j=2Cd=3D=2C,r=x!~,tokenauth=false,abc=d=e',
      authorizationId: 'j,d',
      user: 'j,d=,',
      nonce: 'x!~',
      asksForToken: false,
    });
    expect(parseClientFirst('n,,n=id,r=x,tokenauth=TRUE').asksForToken).toBe(true);
  });

  test.each([
    ['nothing', '', 'no first message'],
    ['a channel binding', 'p=tls-unique,,n=user,r=x', 'channel binding is not supported'],
    ['a client that could bind', 'y,,n=user,r=x', 'channel binding is not supported'],
    ['another header', 'N,,n=user,r=x', 'no first message'],
    ['another authorization', 'n,b=c,n=user,r=x', 'no first message'],
    ['an empty authorization', 'n,a=,n=user,r=x', 'the user name is not escaped'],
    ['a mandatory extension', 'n,,m=x,n=user,r=x', 'a mandatory extension is not supported'],
    ['one at the end', 'n,,n=user,r=x,m=x', 'a mandatory extension is not supported'],
    ['no user', 'n,,r=x', 'the attribute n is missing'],
    ['an empty user', 'n,,n=,r=x', 'the user name is not escaped'],
    ['a NUL in the user', 'n,,n=a\0b,r=x', 'the user name is not escaped'],
    ['an escape that is none', 'n,,n=a=2cb,r=x', 'the user name is not escaped'],
    ['a bare =', 'n,,n=a=b,r=x', 'the user name is not escaped'],
    ['no nonce', 'n,,n=user', 'the attribute r is missing'],
    ['an empty nonce', 'n,,n=user,r=', 'the nonce is not printable'],
    ['a nonce with a space', 'n,,n=user,r=a b', 'the nonce is not printable'],
    ['a nonce that is not ASCII', 'n,,n=user,r=ü', 'the nonce is not printable'],
    ['an empty extension', 'n,,n=user,r=x,', 'an extension is none'],
    ['an extension without a value', 'n,,n=user,r=x,a=', 'an extension is none'],
    ['an extension of another name', 'n,,n=user,r=x,1=b', 'an extension is none'],
  ])('%s is refused', (_what, text, flaw) => {
    expect(() => parseClientFirst(text)).toThrow(ScramFlaw);
    expect(() => parseClientFirst(text)).toThrow(flaw);
  });
});

describe('server first', () => {
  test('that of the RFC', () => {
    const salt = Buffer.from(vector.salt, 'base64');
    const nonce = vector.clientNonce + vector.serverNonce;
    expect(parseServerFirst(vector.serverFirst)).toEqual({ nonce, salt, iterations: 4096 });
    expect(parseServerFirst(`${vector.serverFirst},x=y`).iterations).toBe(4096);
    expect(formatServerFirst({ nonce, salt, iterations: 4096 })).toBe(vector.serverFirst);
  });

  test.each([
    ['nothing', '', 'the attribute i is missing'],
    ['a mandatory extension', 'm=x,r=n,s=AAAA,i=4096', 'the attribute i is missing'],
    ['no salt', 'r=n,i=4096', 'the attribute i is missing'],
    ['an empty salt', 'r=n,s=,i=4096', 'the salt has 0 bytes'],
    ['a salt that is no base64', 'r=n,s=AAA,i=4096', 'the salt is no base64'],
    ['a salt beyond its bound', `r=n,s=${'AAAA'.repeat(342)},i=4096`, 'the salt has 1026 bytes, expected 1 to 1024'],
    ['no iterations', 'r=n,s=AAAA,i=', 'the number of iterations is none'],
    ['iterations of 0', 'r=n,s=AAAA,i=0', 'the number of iterations is none'],
    ['negative iterations', 'r=n,s=AAAA,i=-1', 'the number of iterations is none'],
    ['iterations with a fraction', 'r=n,s=AAAA,i=1e4', 'the number of iterations is none'],
    ['iterations without end', `r=n,s=AAAA,i=${'9'.repeat(400)}`, 'the number of iterations is none'],
    ['a nonce with a space', 'r=a b,s=AAAA,i=4096', 'the nonce is not printable'],
  ])('%s is refused', (_what, text, flaw) => {
    expect(() => parseServerFirst(text)).toThrow(ScramFlaw);
    expect(() => parseServerFirst(text)).toThrow(flaw);
  });
});

describe('client final', () => {
  test('that of the RFC', () => {
    const nonce = vector.clientNonce + vector.serverNonce;
    const [withoutProof, proof] = vector.clientFinal.split(',p=');
    expect(parseClientFinal(vector.clientFinal)).toEqual({
      channelBinding: Buffer.from('n,,'),
      nonce,
      withoutProof,
      proof: Buffer.from(proof, 'base64'),
    });
    expect(formatClientFinal('n,,', nonce)).toBe(withoutProof);
  });

  test('extensions are signed', () => {
    expect(parseClientFinal('c=biws,r=x,e=f,g=h,p=AAAA').withoutProof).toBe('c=biws,r=x,e=f,g=h');
  });

  test.each([
    ['nothing', '', 'the attribute p is missing'],
    ['a proof alone', 'p=AAAA', 'the attribute p is missing'],
    ['no nonce', 'c=biws,p=AAAA', 'the attribute p is missing'],
    ['no proof', 'c=biws,r=x,e=f', 'the attribute p is missing'],
    ['a proof that is not the last', 'c=biws,r=x,p=AAAA,e=f', 'the attribute p is missing'],
    ['two proofs', 'c=biws,r=x,p=AAAA,p=', undefined],
    ['a proof that is no base64', 'c=biws,r=x,p=AA=A', 'the proof is no base64'],
    ['a proof with a space', 'c=biws,r=x,p=AAAA ', 'the proof is no base64'],
    ['a proof in the URL alphabet', 'c=biws,r=x,p=__--', 'the proof is no base64'],
    ['a proof without its padding', 'c=biws,r=x,p=AA', 'the proof is no base64'],
    ['a proof that no encoder writes', 'c=biws,r=x,p=AB==', 'the proof is no base64'],
    ['a channel binding that is no base64', 'c=biw,r=x,p=AAAA', 'the channel binding is no base64'],
    ['a mandatory extension', 'c=biws,r=x,m=y,p=AAAA', 'a mandatory extension is not supported'],
  ])('%s is refused', (what, text, flaw) => {
    // The first is an extension of that name, and the second is the proof: empty, which the length tells.
    if (what === 'two proofs') return expect(parseClientFinal(text).proof).toHaveLength(0);
    expect(() => parseClientFinal(text)).toThrow(ScramFlaw);
    expect(() => parseClientFinal(text)).toThrow(flaw);
  });
});

test('server final: a signature or an error', () => {
  expect(parseServerFinal(vector.serverFinal)).toEqual({
    signature: Buffer.from(vector.serverFinal.slice(2), 'base64'),
  });
  expect(parseServerFinal('v=AAAA,x=y')).toEqual({ signature: Buffer.alloc(3) });
  expect(parseServerFinal('e=invalid-proof')).toEqual({ error: 'invalid-proof' });
  for (const text of ['', 'v=A', 'x=AAAA', 'v=AAAA,', 'v=AAAA,m=x'])
    expect(() => parseServerFinal(text)).toThrow(ScramFlaw);
});

test('names are escaped and read back', () => {
  for (const user of ['user', 'a,b=c', '=2C', '=3D', ',,==', '=3D2C', 'ü\u{1f600}'])
    expect(decodeUser(encodeUser(user)), user).toBe(user);
  expect(encodeUser('a,b=c')).toBe('a=2Cb=3Dc');
});

test('base64 is that of an encoder, of a view as of a buffer', () => {
  const bytes = Buffer.from('xabcdx').subarray(1, 5);
  expect(encodeBase64(new Uint8Array(bytes.buffer, bytes.byteOffset, 4))).toBe('YWJjZA==');
  expect(decodeBase64('x', 'YWJjZA==').toString()).toBe('abcd');
});
