/** A curve of the newest values as SVG paths: the newest at the right edge, 0 at the bottom, the most at the top. */

export const PLOT_WIDTH = 240;
export const PLOT_HEIGHT = 48;
/** Between the highest point and the edge, so that the stroke is not cut. */
const MARGIN = 2;

export interface Plot {
  readonly curve: string;
  readonly area: string;
  readonly most: number;
}

/** `slots`: how many values the width has room for. Null where there is nothing to draw. */
export function plotOf(values: readonly number[], slots: number): Plot | null {
  if (values.length < 2) return null;
  const shown = values.slice(-slots);
  const most = Math.max(...shown);
  const step = PLOT_WIDTH / (slots - 1);
  const from = PLOT_WIDTH - step * (shown.length - 1);
  const points = shown.map((value, i) => {
    const share = most === 0 ? 0 : value / most;
    return `${(from + i * step).toFixed(1)} ${(PLOT_HEIGHT - MARGIN - share * (PLOT_HEIGHT - 2 * MARGIN)).toFixed(1)}`;
  });
  const curve = `M${points.join('L')}`;
  return { curve, area: `${curve}L${PLOT_WIDTH} ${PLOT_HEIGHT}L${from.toFixed(1)} ${PLOT_HEIGHT}Z`, most };
}
