/** A broker in a process of its own, by the command line: it can be ended, and started again on the same directory and port. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../kafka/free-port.mjs';
import { WireClient } from '../../kafka/wire-client.mjs';
import { until } from './member.mjs';

const PROGRAM = fileURLToPath(new URL('../../../../dist/cli/main.js', import.meta.url));

export class BrokerProcess {
  #data;
  #port;
  #process = null;

  /** It is not started yet. */
  static async of(data) {
    return new BrokerProcess(data, await freePort());
  }

  constructor(data, port) {
    this.#data = data;
    this.#port = port;
  }

  get address() {
    return `127.0.0.1:${this.#port}`;
  }

  async start() {
    const args = [PROGRAM, 'broker', '--data', this.#data, '--port', String(this.#port)];
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
    await until('the broker listens', async () => {
      const client = await WireClient.open(this.address).catch(() => null);
      client?.close();
      return client !== null;
    });
  }

  async stop(signal) {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await until(`the broker ends by ${signal}`, () => child.exitCode !== null || child.signalCode !== null);
  }
}
