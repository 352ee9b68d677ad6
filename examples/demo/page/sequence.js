/* global document, performance */
import { words } from './words.js';

const LANES = ['miniprogram', 'server', 'wechat', 'postgres'];

const ICONS = {
  miniprogram: '<rect x="7" y="3" width="10" height="18" rx="2.5"/><path d="M11 18h2"/>',
  server:
    '<rect x="4" y="4" width="16" height="7" rx="2"/><rect x="4" y="13" width="16" height="7" rx="2"/><path d="M8 7.5h.01M8 16.5h.01"/>',
  wechat:
    '<path d="M4 11.5C4 8 7.6 5 12 5s8 3 8 6.5S16.4 18 12 18c-.9 0-1.8-.1-2.6-.4L6 19.500l.6-3.400A6 6 0 0 1 4 11.500z"/><path d="M9.5 11h.01M14.5 11h.01"/>',
  postgres:
    '<ellipse cx="12" cy="6" rx="7" ry="3"/><path d="M5 6v12c0 1.7 3.1 3 7 3s7-1.3 7-3V6M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3"/>',
};

/** How long each row waits for the one before it to light up, for the eye to follow. */
const PACE_MS = 90;

const element = (name, className, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

const aloud = (text) => element('span', 'aloud', text);

/** Such as `3.2 ms` or `1.04 s`. */
export function duration(milliseconds) {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** The diagram: rows that are expected, and light up when they happen; others come in between. */
export class Sequence {
  #rows = [];
  /** Behind the row that lit up last. */
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

  /** How many steps have happened. */
  get count() {
    return this.#rows.filter(({ isLit }) => isLit).length;
  }

  /** How long it took to the last of them. */
  get elapsed() {
    return this.#lastAt - this.#startedAt;
  }

  start(expected) {
    this.#startedAt = this.#lastAt = Date.now();
    this.#freeAt = 0;
    this.#next = 0;
    this.#rows = expected.map((step) => {
      const row = { step, isLit: false, item: element('li', '') };
      draw(row, {});
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
    draw(row, { after: this.elapsed });
    this.#pace(row.item);
  }

  /** Nothing more to come. */
  stop() {
    this.list.querySelector('.now')?.classList.remove('now');
  }

  #pace(item) {
    this.stop();
    item.classList.add('now');
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt + PACE_MS, now);
    item.style.animationDelay = `${Math.round(this.#freeAt - now)}ms`;
  }
}

function draw({ item, step, isLit }, { after }) {
  const { name, phase, took, failed } = step;
  const [from, to] = phase === 'end' ? [step.to, step.from] : [step.from, step.to];
  const [a, b] = [LANES.indexOf(from), LANES.indexOf(to)];
  const [begun, ended = begun] = words.steps[name] ?? [name];
  const title = failed ? failureOf(step) : phase === 'end' ? ended : begun;

  item.className = ['step', phase, isLit ? 'lit' : 'dim', failed ? 'failed' : ''].join(' ').trim();
  item.dataset.name = name;
  item.dataset.span = `${Math.min(a, b) + 1}-${Math.max(a, b) + 1}`;

  const lanes =
    from === to
      ? words.lanes[from]
      : `${words.lanes[from]} ${phase === 'end' ? words.back : words.to} ${words.lanes[to]}`;
  const time = element('span', 'time');
  if (isLit) time.append(`+${after < 1000 ? `${after} ms` : duration(after)}`);
  else time.append(aloud(words.notYet));

  const text = element('div', 'text', aloud(`${lanes}: `), element('b', '', title));
  // What has no blank and no bracket is only a name for what the server does by itself.
  if (phase !== 'end' && /[ (]/.test(name)) text.append(' ', element('code', '', name));
  if (took !== undefined) text.append(' ', element('span', 'took', duration(took)));
  text.append(fieldsOf(step));

  const arrow = element('div', `arrow ${from === to ? 'self' : a < b ? 'right' : 'left'}`);
  arrow.setAttribute('aria-hidden', 'true');
  item.replaceChildren(time, text, arrow);
}

function failureOf({ to, fields }) {
  if (to === 'server') return words.refused;
  return 'errcode' in fields ? words.errcode : words.noAnswer;
}

function fieldsOf({ fields = {} }) {
  const shown = Object.entries(fields).map(([name, value]) => {
    const [before, ...dots] = value.split('••••••');
    const content = dots.length > 0 ? [before, hidden()] : [value];
    return element('span', 'field', element('i', '', name), ' ', ...content);
  });
  return element('div', 'fields', ...shown.flatMap((each) => [each, ' ']));
}

function hidden() {
  const dots = element('span', 'dots', '••••••');
  dots.setAttribute('aria-hidden', 'true');
  return element('span', '', dots, aloud(words.hidden));
}
