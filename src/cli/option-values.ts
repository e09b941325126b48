/** How the values of options are read: each reader takes commander's raw text and throws what commander tells the user. */
import { InvalidArgumentError } from 'commander';

/** A whole number from `min` on. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} on.`);
  };
}

/** One more value of an option that may be given several times. */
export function collected<T>(read: (text: string) => T): (text: string, before?: readonly T[]) => T[] {
  return (text, before = []) => [...before, read(text)];
}

/** `name=value`; the value may have further equals signs, or be empty. */
export function setting(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  throw new InvalidArgumentError('Expected name=value.');
}
