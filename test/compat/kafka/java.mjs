/** The Java half: finds Kafka's jars, compiles java/*.java to .cache, starts classes of it. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaJars } from '../../../tools/kafka-jars.mjs';

const sources = fileURLToPath(new URL('java/', import.meta.url));

/** Fetches and compiles what is missing or stale. Returns what `startJava` needs. */
export function prepareJava(log) {
  const { version, libs, home } = kafkaJars(log);
  const classes = join(home, 'classes');
  const stamp = join(home, 'classes.stamp');
  const files = readdirSync(sources)
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => join(sources, name));
  const hash = createHash('sha256').update(version);
  for (const file of files) hash.update(readFileSync(file));
  const digest = hash.digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
    log(`compiling ${files.length} Java files to ${classes}`);
    rmSync(stamp, { force: true });
    rmSync(classes, { recursive: true, force: true });
    mkdirSync(classes, { recursive: true });
    const lint = '-Xlint:all,-processing,-path,-classfile';
    const options = ['-encoding', 'UTF-8', lint, '-Werror', '-d', classes, '-cp', join(libs, '*')];
    const javac = spawnSync('javac', [...options, ...files], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (javac.status !== 0) throw new Error(`javac ended with status ${javac.status}`);
    writeFileSync(stamp, digest);
  }
  return { version, classpath: [classes, join(libs, '*')].join(':') };
}

/** Starts a main class. `options.level` is Kafka's log level; the rest goes to `spawn`. */
export function startJava(java, mainClass, args, { level = 'ERROR', ...options } = {}) {
  const config = new URL('log4j2.properties', new URL('java/', import.meta.url)).href;
  const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const logging = [`-Dlog4j2.configurationFile=${config}`, `-Djudge.log.level=${level}`];
  return spawn('java', [...jvm, ...logging, '-cp', java.classpath, mainClass, ...args], options);
}
