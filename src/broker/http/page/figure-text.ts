/** Figures as people read them. */

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const COUNT_UNITS = ['', 'k', 'M', 'G', 'T'];
const NONE = '–';

export function bytesText(bytes: number | null): string {
  return scaled(bytes, 1024, BYTE_UNITS);
}

export function countText(count: number | null): string {
  return scaled(count, 1000, COUNT_UNITS);
}

/** In full, with its thousands apart. */
export function wholeText(count: number | null): string {
  return count === null ? NONE : count.toLocaleString('en');
}

export function millisecondsText(ms: number | null): string {
  if (ms === null) return NONE;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : durationText(ms);
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

function scaled(value: number | null, step: number, units: readonly string[]): string {
  if (value === null) return NONE;
  let scale = 0;
  let rest = value;
  // 999.6 is 1.00 of the next unit, and not 1000 of this one.
  while (rest >= step - 0.5 && scale < units.length - 1) {
    rest /= step;
    scale++;
  }
  const isWhole = Number.isInteger(rest) && scale === 0;
  const digits = isWhole || rest >= 100 ? 0 : rest >= 10 ? 1 : rest === 0 ? 0 : 2;
  return `${rest.toFixed(digits)} ${units[scale]}`.trimEnd();
}
