/* global document, performance */
import { drawStep, element, LANES } from './step-row.js';
import { words } from './words.js';

const ICONS = {
  miniprogram: '<rect x="7" y="3" width="10" height="18" rx="2.5"/><path d="M11 18h2"/>',
  server:
    '<rect x="4" y="4" width="16" height="7" rx="2"/><rect x="4" y="13" width="16" height="7" rx="2"/><path d="M8 7.5h.01M8 16.5h.01"/>',
  wechat:
    '<path d="M4 11.5C4 8 7.6 5 12 5s8 3 8 6.5S16.4 18 12 18c-.9 0-1.8-.1-2.6-.4L6 19.500l.6-3.400A6 6 0 0 1 4 11.500z"/><path d="M9.5 11h.01M14.5 11h.01"/>',
  postgres:
    '<ellipse cx="12" cy="6" rx="7" ry="3"/><path d="M5 6v12c0 1.7 3.1 3 7 3s7-1.3 7-3V6M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3"/>',
};

/** The delay between two rows, so that users can follow. */
const PACE_MS = 90;

/** The diagram: expected rows that are highlighted when they happen; other rows are inserted. */
export class Sequence {
  #rows = [];
  /** After the last highlighted row. */
  #next = 0;
  #startedAt = 0;
  #lastAt = 0;
  #freeAt = 0;

  constructor({ lanes, steps }) {
    this.list = steps;
    lanes.replaceChildren(
      ...LANES.map((lane) => {
        const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        icon.setAttribute('viewBox', '0 0 24 24');
        icon.setAttribute('aria-hidden', 'true');
        icon.innerHTML = ICONS[lane];
        return element('div', `lane ${lane}`, icon, element('span', '', words.lanes[lane]));
      }),
    );
  }

  /** The number of steps that have happened. */
  get count() {
    return this.#rows.filter(({ isLit, step }) => isLit && step.phase !== 'part').length;
  }

  /** The time until the last of them. */
  get elapsed() {
    return this.#lastAt - this.#startedAt;
  }

  start(expected) {
    this.#startedAt = this.#lastAt = Date.now();
    this.#freeAt = 0;
    this.#next = 0;
    this.#rows = expected.map((step) => {
      const row = { step, isLit: false, item: element('li', '') };
      drawStep(row.item, step, 'dim');
      return row;
    });
    this.list.replaceChildren(...this.#rows.map(({ item }) => item));
  }

  add(step) {
    const isThis = ({ isLit, step: { name, phase } }) =>
      !isLit && name === step.name && phase === step.phase;
    let index = this.#rows.findIndex((row, i) => i >= this.#next && isThis(row));
    if (index < 0) {
      index = this.#next;
      const item = element('li', '');
      this.list.insertBefore(item, this.#rows[index]?.item ?? null);
      this.#rows.splice(index, 0, { item });
    }
    const row = this.#rows[index];
    this.#next = index + 1;
    this.#lastAt = Math.max(this.#lastAt, step.at);
    Object.assign(row, { step, isLit: true });
    drawStep(row.item, step, 'lit', this.elapsed);
    this.#pace(row.item);
  }

  /** No more steps follow. */
  stop() {
    this.#settle();
    for (const { item, step, isLit } of this.#rows) if (!isLit) drawStep(item, step, 'missed');
  }

  #settle() {
    this.list.querySelector('.now')?.classList.remove('now');
  }

  #pace(item) {
    this.#settle();
    item.classList.add('now');
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt + PACE_MS, now);
    item.style.animationDelay = `${Math.round(this.#freeAt - now)}ms`;
  }
}
