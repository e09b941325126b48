/**
 * Packages that are loaded when they are first needed: most programs use one codec or none, and loading all of them was half of the time
 * that importing millrace took.
 */
import { createRequire } from 'node:module';

/** Loads a package by its name, as `require` does. */
export const requirePackage: (name: string) => unknown = createRequire(import.meta.url);

/** A function that runs `load` at its first call and returns what came of it at each. */
export function lazily<Module>(load: () => Module): () => Module {
  let loaded: Module | null = null;
  return () => (loaded ??= load());
}
