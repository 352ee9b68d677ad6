/* global document */
import { titleOf, words } from './words.js';

export const LANES = ['miniprogram', 'server', 'wechat', 'postgres'];

export const element = (name, className, ...children) => {
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

/**
 * Draws a step: `lit` has happened, `after` milliseconds after the start; `dim` is expected, and
 * `missed` was not reached.
 */
export function drawStep(item, step, state, after) {
  const { name, phase, took, failed } = step;
  item.dataset.name = name;
  if (phase === 'part') {
    item.className = `part ${state}`;
    item.replaceChildren(element('b', '', words.parts[name]));
    return;
  }
  const [from, to] = phase === 'end' ? [step.to, step.from] : [step.from, step.to];
  const [a, b] = [LANES.indexOf(from), LANES.indexOf(to)];
  item.className = ['step', phase, state, failed ? 'failed' : ''].join(' ').trim();
  item.dataset.span = `${Math.min(a, b) + 1}-${Math.max(a, b) + 1}`;

  const lanes =
    from === to
      ? words.lanes[from]
      : `${words.lanes[from]} ${phase === 'end' ? words.back : words.to} ${words.lanes[to]}`;
  const title = failed ? failureOf(step) : titleOf(step);
  const text = element('div', 'text', aloud(`${lanes}: `), element('b', '', title));
  // A title without a space or bracket only names what the server does.
  if (phase !== 'end' && /[ (]/.test(name)) text.append(' ', element('code', '', name));
  if (took !== undefined) text.append(' ', element('span', 'took', duration(took)));
  text.append(fieldsOf(step));

  const arrow = element('div', `arrow ${from === to ? 'self' : a < b ? 'right' : 'left'}`);
  arrow.setAttribute('aria-hidden', 'true');
  item.replaceChildren(element('span', 'time', timeOf(state, after)), text, arrow);
}

function timeOf(state, after) {
  if (state === 'dim') return aloud(words.notYet);
  if (state === 'missed') return words.notReached;
  return `+${after < 1000 ? `${after} ms` : duration(after)}`;
}

function failureOf({ phase, fields }) {
  if (phase === 'note' || 'status' in fields) return words.refused;
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
