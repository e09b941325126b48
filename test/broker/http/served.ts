/** A broker with its web server, for tests of what that answers. */
import { rig } from '../broker-fixture.ts';

export async function served() {
  const found = await rig({ http: { port: 0 } });
  const { url, port } = found.broker.http!;
  return { ...found, url, port, get: (path: string, init?: RequestInit) => fetch(new URL(path, url), init) };
}
