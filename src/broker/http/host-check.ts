/**
 * Is a request meant for this server? A page of another origin can make a browser send requests to 127.0.0.1 under a name of its own (DNS rebinding), and would read
 * the answers: a server that only this machine reaches answers to names of this machine and to addresses, and to no other name.
 */
import { isIP } from 'node:net';
import { isLoopback } from '../config/endpoint.ts';

export function isOwnHost(header: string | undefined, listensOn: string): boolean {
  if (!isLoopback(listensOn)) return true;
  // HTTP/1.0 knows none, and browsers always say one.
  if (header === undefined) return true;
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(header);
  const host = match?.[1] ?? match?.[2] ?? '';
  return isIP(host) !== 0 || isLoopback(host.toLowerCase()) || host.toLowerCase() === listensOn;
}
