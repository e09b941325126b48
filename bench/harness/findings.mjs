/**
 * What a subject finds: a list of findings, each one figure beside a baseline of the same rounds, and the mark that it must reach, if any.
 *
 *     { what, unit, value, spread: [low, high],                      the contestant: median and quartiles
 *       baseline: { what, unit, value },
 *       ratio, ratioSpread: [low, high],                             contestant to baseline, of the same round: median and quartiles
 *       mark: { of: 'value' | 'ratio', atLeast | atMost }, reached } the mark, or null
 */
import { median, quantile } from './rounds.mjs';

/**
 * `figures` and `baseline.figures` are of the same rounds. With `baseline.scale` the baseline is so many times what was measured.
 *
 * @typedef {{ of: 'value' | 'ratio', atLeast?: number, atMost?: number }} Mark
 * @param {{
 *   what: string,
 *   unit: string,
 *   figures: number[],
 *   baseline: { what: string, unit?: string, figures: number[], scale?: number },
 *   mark?: Mark | null,
 * }} measured
 */
export function finding({ what, unit, figures, baseline, mark = null }) {
  const scale = baseline.scale ?? 1;
  const ratios = figures.map((figure, round) => figure / (baseline.figures[round] * scale));
  const found = {
    what,
    unit,
    value: median(figures),
    spread: quartiles(figures),
    baseline: { what: baseline.what, unit: baseline.unit ?? unit, value: median(baseline.figures) * scale },
    ratio: median(ratios),
    ratioSpread: quartiles(ratios),
    mark,
  };
  return { ...found, reached: mark === null ? null : isReached(mark, found) };
}

function isReached(mark, found) {
  const figure = mark.of === 'ratio' ? found.ratio : found.value;
  return mark.atLeast === undefined ? figure <= mark.atMost : figure >= mark.atLeast;
}

function quartiles(figures) {
  return [quantile(figures, 0.25), quantile(figures, 0.75)];
}
