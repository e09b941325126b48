import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { native } from '#millrace/native.js';
import { scanStop } from '#millrace/native-words.js';

describe('the addon', () => {
  test('has everything that its declaration names, and nothing else', () => {
    const source = readFileSync(new URL('../src/native.ts', import.meta.url), 'utf8');
    const [, declaration] = /export interface NativeAddon \{\n([\s\S]*?)\n\}/.exec(source) ?? [];
    const declared = [...declaration.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, name]) => name);
    expect(declared.length).toBeGreaterThan(20);
    expect(Object.keys(native).sort()).toEqual(declared.sort());
  });

  test.each([
    ['NativeFlusher', () => native.createFlusher('.')],
    ['NativePager', () => native.createPager()],
  ] as const)('has every method of %s', (name, create) => {
    const source = readFileSync(new URL('../src/native.ts', import.meta.url), 'utf8');
    const [, declaration] = new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
    const declared = [...declaration.matchAll(/^ {2}(\w+)\(/gm)].map(([, method]) => method);
    const object = create();
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter(
      (method) => method !== 'constructor',
    );
    expect(methods.sort()).toEqual(declared.sort());
    object.close();
  });

  test('says what it runs on', () => {
    expect(['sse4.2+pclmul', 'armv8', 'table']).toContain(native.crc32cKind);
    expect(native.pageSize).toBeGreaterThanOrEqual(4096);
    expect(Number.isInteger(Math.log2(native.pageSize))).toBe(true);
    expect(native.counters()).toEqual({ mappings: expect.any(Number), mappedBytes: expect.any(Number) });
  });

  test('stops a scan for the reasons that the core numbers', () => {
    const header = readFileSync(new URL('../native/core/batch_scan.h', import.meta.url), 'utf8');
    const numbers = [...header.matchAll(/^ {2}k(\w+) = (\d+),$/gm)].map(([, name, number]) => [
      name.toLowerCase(),
      Number(number),
    ]);
    expect(Object.fromEntries(numbers)).toEqual(scanStop);
  });
});
