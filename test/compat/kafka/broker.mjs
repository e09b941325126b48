/** A real Kafka broker of one KRaft node on this machine, for as long as a script needs it. */
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { startJava } from './java.mjs';

/** The metadata log lives elsewhere, so that the log directory holds topics only. */
function properties(directory, logDir, ports, extra) {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.broker}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logDir,
    'metadata.log.dir': join(directory, 'metadata'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    ...extra,
  };
  return Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
}

export class Broker {
  #java;
  #properties;
  #output;
  #process = null;

  constructor(java, directory, ports) {
    this.#java = java;
    this.#properties = join(directory, 'server.properties');
    this.#output = join(directory, 'broker.log');
    this.logDir = join(directory, 'kafka');
    this.server = `127.0.0.1:${ports.broker}`;
  }

  /** Prepares a new, empty broker in a directory; `start` runs it. */
  static async format(java, directory, extra = {}) {
    const ports = { broker: await freePort(), controller: await freePort() };
    const broker = new Broker(java, directory, ports);
    writeFileSync(broker.#properties, properties(directory, broker.logDir, ports, extra).join(''));
    const args = ['format', '-t', 'bWlsbHJhY2UtZml4dHVyZQ', '-c', broker.#properties];
    const tool = startJava(java, 'kafka.tools.StorageTool', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const [status] = await once(tool, 'exit');
    if (status !== 0) throw new Error(`StorageTool ended with status ${status}`);
    return broker;
  }

  /** What the running or last broker logged. */
  get output() {
    return readFileSync(this.#output, 'utf8');
  }

  async start() {
    const out = openSync(this.#output, 'w');
    const options = { level: 'INFO', stdio: ['ignore', out, out] };
    this.#process = startJava(this.#java, 'kafka.Kafka', [this.#properties], options);
    for (let i = 0; i < 600 && this.#process.exitCode === null; i++) {
      if (this.output.includes('Kafka Server started')) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the broker did not start:\n${this.output.slice(-4000)}`);
  }

  /** Ends it, if it runs: by SIGTERM it stops cleanly. */
  async stop(signal = 'SIGTERM') {
    const process = this.#process;
    this.#process = null;
    if (process === null || process.exitCode !== null || process.signalCode !== null) return;
    process.kill(signal);
    await once(process, 'exit');
  }
}
