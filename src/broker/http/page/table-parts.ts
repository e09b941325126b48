/// <reference lib="dom" />
/** What the tables of the page have in common. */
import { byId, type Cell, element } from './element.ts';
import { wholeText } from './figure-text.ts';

/** A name that opens and closes a row with more. */
export function opener(kind: 'topic' | 'group', name: string, isOpen: boolean): HTMLElement {
  const button = element('button', '', name);
  button.setAttribute('type', 'button');
  button.setAttribute('aria-expanded', String(isOpen));
  button.dataset[kind] = name;
  return button;
}

/** The row below it. */
export function detailRow(columns: number, ...content: Node[]): HTMLElement {
  const cell = element('td', '', ...content);
  cell.setAttribute('colspan', String(columns));
  return element('tr', 'detail', cell);
}

/** What a client says of itself, or does not. */
export function said(name: string | null): Cell {
  return { content: name ?? '–', className: name === null ? 'name faint' : 'name', title: name ?? '' };
}

export function note(id: string, shown: number, all: number): void {
  byId(`${id}-note`).textContent = shown < all ? `${wholeText(shown)} of ${wholeText(all)}` : '';
}

/** Keeps the focus where it was, if that is a topic or a group. */
export function replaceRows(id: string, rows: readonly HTMLElement[]): void {
  const body = byId(id);
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && body.contains(active) ? nameOf(active) : undefined;
  body.replaceChildren(...rows);
  if (focused === undefined) return;
  for (const button of body.querySelectorAll('button')) if (nameOf(button) === focused) button.focus();
}

/** Of a button that opens something. */
function nameOf({ dataset }: HTMLElement): string | undefined {
  return dataset.topic ?? dataset.group;
}
