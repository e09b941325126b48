/// <reference lib="dom" />
/** Elements of the page, made of text and attributes alone: what a client or a topic is called never becomes markup. */
import { PLOT_HEIGHT, PLOT_WIDTH, plotOf } from './plot.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** Two minutes, a value a second. */
const SLOTS = 120;

export interface Cell {
  readonly content: string | Node;
  readonly className?: string;
  readonly title?: string;
}

export function element(name: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

export function row(cells: readonly Cell[], className = ''): HTMLElement {
  return element(
    'tr',
    className,
    ...cells.map(({ content, className: kind = '', title }) => {
      const cell = element('td', kind, content);
      if (title !== undefined) cell.title = title;
      return cell;
    }),
  );
}

export function number(text: string): Cell {
  return { content: text, className: 'number' };
}

/** One row that says that there is nothing. */
export function nothing(text: string, columns: number): HTMLElement {
  const cell = element('td', '', text);
  cell.setAttribute('colspan', String(columns));
  return element('tr', 'none', cell);
}

/** A curve, for eyes only: the figure stands beside it. */
export function plot(values: readonly number[]): SVGElement {
  const picture = svg('svg', {
    viewBox: `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  const drawn = plotOf(values, SLOTS);
  if (drawn !== null) {
    picture.append(svg('path', { class: 'area', d: drawn.area }), svg('path', { class: 'curve', d: drawn.curve }));
  }
  return picture;
}

function svg(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}
