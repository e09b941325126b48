import { expect, test } from 'vitest';
import { PLOT_HEIGHT, PLOT_WIDTH, plotOf } from '#millrace/broker/http/page/plot.js';

const points = (path: string): number[][] =>
  path
    .slice(1)
    .split('L')
    .map((point) => point.split(' ').map(Number));

test('the newest stands at the right, the most at the top, nothing at the bottom', () => {
  const { curve, area, most } = plotOf([0, 10, 5], 5)!;
  expect(most).toBe(10);
  expect(points(curve)).toEqual([
    [120, PLOT_HEIGHT - 2],
    [180, 2],
    [240, PLOT_HEIGHT / 2],
  ]);
  expect(area).toBe(`${curve}L240 48L120.0 48Z`);
});

test('values beyond the room are left out, the oldest', () => {
  const { curve, most } = plotOf([100, 1, 2, 3], 3)!;
  expect(most).toBe(3);
  expect(points(curve)[0][0]).toBe(0);
  expect(points(curve).at(-1)).toEqual([PLOT_WIDTH, 2]);
});

test('zeros lie at the bottom; of one value there is no curve', () => {
  expect(points(plotOf([0, 0], 2)!.curve).map(([, y]) => y)).toEqual([46, 46]);
  expect(plotOf([1], 5)).toBeNull();
  expect(plotOf([], 5)).toBeNull();
});
