/**
 * The four messages of SCRAM (RFC 5802, section 7), as Kafka speaks them.
 *
 *     client first   n,[a=authzid],n=user,r=nonce[,extensions]      n: no channel binding. Nothing else is taken, as in Kafka
 *     server first   r=nonce,s=salt,i=iterations[,extensions]
 *     client final   c=base64 of the header,r=nonce[,extensions],p=proof
 *     server final   v=signature[,extensions]  or  e=error[,extensions]
 *
 * In a user's name `,` is `=2C` and `=` is `=3D`. Base64 is the plain alphabet with padding, and only as an encoder writes it. A mandatory extension
 * (`m=`) is refused, as the RFC asks; others are not looked at, but for Kafka's `tokenauth`. Flaws are thrown as sentences: who
 * knows the mechanism makes errors of them.
 */
import { SCRAM_SALT_BYTES_MAX } from '../limits.ts';

/** Why a message is none; only for `scram-server.ts` and `scram-client.ts`, which turn it into their error. */
export class ScramFlaw extends Error {
  override readonly name = 'ScramFlaw';
}

export interface ClientFirst {
  /** With its last comma: what the final message must say again. */
  readonly header: string;
  /** What stands behind the header: the first part of what is signed. */
  readonly bare: string;
  readonly authorizationId: string | null;
  readonly user: string;
  readonly nonce: string;
  /** Kafka's `tokenauth=true`: the user is the id of a delegation token. */
  readonly asksForToken: boolean;
}

export interface ServerFirst {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

export interface ClientFinal {
  /** The header again, of which the server makes sure that nobody has changed it. */
  readonly channelBinding: Buffer;
  readonly nonce: string;
  /** What is signed of it. */
  readonly withoutProof: string;
  readonly proof: Buffer;
}

export type ServerFinal = { readonly signature: Buffer } | { readonly error: string };

const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/;
const EXTENSION = /^[A-Za-z]+=[^\0]+$/;

export function parseClientFirst(text: string): ClientFirst {
  const [binding, authorization = '', user = '', nonce = '', ...extensions] = text.split(',');
  if (binding !== 'n')
    throw new ScramFlaw(/^(?:y|p=.*)$/s.test(binding) ? 'channel binding is not supported' : 'no first message');
  if (authorization !== '' && !authorization.startsWith('a=')) throw new ScramFlaw('no first message');
  const header = `n,${authorization},`;
  checkExtensions(extensions);
  return {
    header,
    bare: text.slice(header.length),
    authorizationId: authorization === '' ? null : decodeUser(authorization.slice(2)),
    user: decodeUser(valueOf('n', user)),
    nonce: nonceOf(nonce),
    asksForToken: extensions.some((extension) => /^tokenauth=true$/i.test(extension)),
  };
}

export function formatClientFirst(user: string, nonce: string): Pick<ClientFirst, 'header' | 'bare'> {
  return { header: 'n,,', bare: `n=${encodeUser(user)},r=${nonce}` };
}

export function parseServerFirst(text: string): ServerFirst {
  const [nonce, salt = '', iterations = '', ...extensions] = text.split(',');
  checkExtensions(extensions);
  const count = valueOf('i', iterations);
  if (!/^[1-9]\d{0,9}$/.test(count)) throw new ScramFlaw('the number of iterations is none');
  const saltBytes = decodeBase64('salt', valueOf('s', salt));
  if (saltBytes.length === 0 || saltBytes.length > SCRAM_SALT_BYTES_MAX)
    throw new ScramFlaw(`the salt has ${saltBytes.length} bytes, expected 1 to ${SCRAM_SALT_BYTES_MAX}`);
  return { nonce: nonceOf(nonce), salt: saltBytes, iterations: Number(count) };
}

export function formatServerFirst({
  nonce,
  salt,
  iterations,
}: Omit<ServerFirst, 'salt'> & { salt: Uint8Array }): string {
  return `r=${nonce},s=${encodeBase64(salt)},i=${iterations}`;
}

export function parseClientFinal(text: string): ClientFinal {
  const parts = text.split(',');
  const proof = parts.length < 3 ? '' : parts[parts.length - 1];
  const [channel, nonce = '', ...extensions] = parts.slice(0, -1);
  const proofBytes = decodeBase64('proof', valueOf('p', proof));
  checkExtensions(extensions);
  return {
    channelBinding: decodeBase64('channel binding', valueOf('c', channel)),
    nonce: nonceOf(nonce),
    withoutProof: text.slice(0, -proof.length - 1),
    proof: proofBytes,
  };
}

export function formatClientFinal(header: string, nonce: string): string {
  return `c=${encodeBase64(Buffer.from(header, 'utf8'))},r=${nonce}`;
}

export function parseServerFinal(text: string): ServerFinal {
  const [result, ...extensions] = text.split(',');
  checkExtensions(extensions);
  if (result.startsWith('e=')) return { error: valueOf('e', result) };
  return { signature: decodeBase64('signature', valueOf('v', result)) };
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The bytes of what an encoder could have written: Node's decoder alone takes any text. */
export function decodeBase64(what: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new ScramFlaw(`the ${what} is no base64`);
  return bytes;
}

export function encodeUser(user: string): string {
  return user.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

export function decodeUser(text: string): string {
  if (text === '' || /=(?!2C|3D)|\0/.test(text)) throw new ScramFlaw('the user name is not escaped as it must be');
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function valueOf(name: string, attribute: string): string {
  if (!attribute.startsWith(`${name}=`)) {
    throw new ScramFlaw(
      attribute.startsWith('m=') ? 'a mandatory extension is not supported' : `the attribute ${name} is missing`,
    );
  }
  return attribute.slice(2);
}

function nonceOf(attribute: string): string {
  const nonce = valueOf('r', attribute);
  if (!NONCE.test(nonce)) throw new ScramFlaw('the nonce is not printable');
  return nonce;
}

function checkExtensions(extensions: readonly string[]): void {
  for (const extension of extensions) {
    if (extension.startsWith('m=')) throw new ScramFlaw('a mandatory extension is not supported');
    if (!EXTENSION.test(extension)) throw new ScramFlaw('an extension is none');
  }
}
