/* global document, navigator */
import { en } from './words/en.js';
import { zh } from './words/zh.js';

export const WORDS = { en, zh };

const isChinese = navigator.languages.find((each) => /^(zh|en)\b/i.test(each))?.startsWith('zh');

export const locale = isChinese ? 'zh-CN' : 'en';
export const words = isChinese ? zh : en;

/** The title of a step, which may depend on what was sent or received. */
export function titleOf({ name, phase, fields }) {
  const [begun, ended = begun] = words.steps[name] ?? [name];
  const title = phase === 'end' ? ended : begun;
  return typeof title === 'function' ? title(fields ?? {}) : title;
}

/** A sentence for an error, by its code or its action. */
export const sentenceFor = ({ errorCode, action }) =>
  words.errors[errorCode] ?? words.actionsFor[action] ?? words.errors.other;

/** Fills in the static texts. */
export function translatePage() {
  document.documentElement.lang = locale;
  document.title = `${words.heading} · nestjs-wechat-auth`;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = words[element.dataset.text];
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', words[element.dataset.label]);
  }
}
