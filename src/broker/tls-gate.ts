/**
 * Where connections of a listener become TLS ones: the handshake, bounded in time, and who shows which certificate. A handshake that fails is told
 * and ends its connection and nothing else.
 */
import type { Socket } from 'node:net';
import type * as Tls from 'node:tls';
import type { Server, TLSSocket } from 'node:tls';
import { lazily, requirePackage } from '../lazy-module.ts';
import type { TlsSettings } from './tls-settings.ts';

const tls = lazily(() => requirePackage('node:tls') as typeof Tls);

export interface TlsGateHandlers {
  /** `principal`: that of the client's certificate; null where it has shown none. */
  readonly onSecure: (socket: TLSSocket, principal: string | null) => void;
  readonly onRefused: (error: Error, address: string) => void;
}

export class TlsGate {
  readonly #server: Server;
  readonly #handlers: TlsGateHandlers;
  readonly #settings: TlsSettings;
  /** By the other end: those whose handshake goes on. */
  readonly #pending = new Map<string, Socket>();

  constructor(settings: TlsSettings, handlers: TlsGateHandlers) {
    this.#handlers = handlers;
    this.#settings = settings;
    this.#server = tls().createServer(settings);
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (error, socket) => {
      const { authorizationError: why } = socket as Partial<Pick<TLSSocket, 'authorizationError'>>;
      // Node ends a connection itself whose certificate it does not trust.
      if (why) handlers.onRefused(new Error(`a certificate that is not trusted: ${String(why)}`), endOf(socket));
      // Who goes away in the middle was refused nothing.
      else if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') handlers.onRefused(error, endOf(socket));
      socket.destroy();
    });
  }

  /** Other certificates, for the handshakes that come. Whether clients show one stays as it was. */
  configure(settings: TlsSettings): void {
    this.#server.setSecureContext(settings);
  }

  get pending(): number {
    return this.#pending.size;
  }

  take(socket: Socket): void {
    const end = endOf(socket);
    this.#pending.set(end, socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (this.#pending.get(end) === socket) this.#pending.delete(end);
    });
    this.#server.emit('connection', socket);
  }

  /** Ends the handshakes that go on. */
  close(): void {
    for (const socket of this.#pending.values()) socket.destroy();
  }

  #secured(socket: TLSSocket): void {
    this.#pending.delete(endOf(socket));
    // What a client of TLS 1.2 may ask for again and again costs the server more than the client.
    socket.disableRenegotiation();
    const certificate = this.#settings.requestCert ? socket.getPeerX509Certificate() : undefined;
    if (certificate === undefined) {
      this.#handlers.onSecure(socket, null);
      return;
    }
    const subject = distinguishedName(certificate.subject);
    const name = this.#settings.principals.nameOf(subject);
    if (!socket.authorized) this.#refuse(socket, `a certificate that is not trusted: ${subject}`);
    else if (name === null) this.#refuse(socket, `no rule of ssl.principal.mapping.rules fits ${subject}`);
    else this.#handlers.onSecure(socket, `User:${name}`);
  }

  #refuse(socket: TLSSocket, why: string): void {
    this.#handlers.onRefused(new Error(why), endOf(socket));
    socket.destroy();
  }
}

/** The subject as Java writes it (RFC 2253): the last part first, with commas between. The parts come escaped, each on a line. */
export function distinguishedName(subject: string): string {
  return subject.split('\n').toReversed().join(',');
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}
