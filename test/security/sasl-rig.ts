/** Credentials in memory, and an exchange from its beginning to its end. */
import { PasswordDerivation } from '#millrace/security/password-derivation.js';
import { Credentials } from '#millrace/security/credentials.js';
import type { SaslClient, SaslServer } from '#millrace/security/sasl-exchange.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

export const DIRECTORY = '/data';

export function memoryDirectory(): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DIRECTORY);
  return system;
}

export interface Rig {
  readonly credentials: Credentials;
  readonly derivation: PasswordDerivation;
}

/** With `alice`, whose password is `wonder,land=1`, and `bob`, whose password is `builder`. */
export async function saslRig(): Promise<Rig> {
  const derivation = new PasswordDerivation();
  const credentials = Credentials.load(memoryDirectory(), DIRECTORY, { derivation });
  await credentials.put('alice', 'wonder,land=1');
  await credentials.put('bob', 'builder');
  return { credentials, derivation };
}

/** Runs client against server until one of them is satisfied; what they said, in turn. */
export async function exchange(client: SaslClient, server: SaslServer): Promise<string[]> {
  const said: string[] = [];
  let message: Uint8Array | null = client.start();
  while (message !== null) {
    said.push(Buffer.from(message).toString());
    const answer = await server.respond(message);
    said.push(Buffer.from(answer).toString());
    message = await client.respond(answer);
  }
  return said;
}
