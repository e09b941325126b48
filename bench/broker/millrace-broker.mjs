/** Our broker as a process: DIRECTORY PORT. Says `ready` when it serves. */
import { startBroker } from '#millrace/broker/broker.js';

const [data, port] = process.argv.slice(2);
const broker = await startBroker({ data, port: Number(port) });
console.log('ready');
process.once('SIGTERM', () => void broker.close());
