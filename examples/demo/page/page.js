/* global document, fetch, location, sessionStorage */
import { createWxSession } from './miniprogram.js';
import { createPhoneWx } from './phone-wx.js';
import { createScenarios } from './scenarios.js';
import { Sequence } from './sequence.js';
import { ServerSteps } from './server-steps.js';
import { duration } from './step-row.js';
import { locale, sentenceFor, translatePage, words } from './words.js';

const APP_ACTIONS = ['login', 'profile', 'data', 'logout'];
const WHAT_IF_ACTIONS = ['twice', 'busy', 'invalid', 'timeout', 'end', 'single', 'envelope'];
const SERVER_TIMEOUT_SECONDS = 2;

const $ = (id) => document.getElementById(id);

translatePage();
const sequence = new Sequence({ lanes: $('lanes'), steps: $('steps') });
$('sequence-title').textContent = words.idle;

const { sandboxUrl } = await (await fetch('demo/environment')).json();
const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
const obstacle = sandboxUrl === null ? words.noSandbox : isHere ? undefined : words.elsewhere;

let codes = 0;
const steps = new ServerSteps({
  onStep: (step) => {
    // Buttons of a separate part do not use the client.
    if (step.phase === 'part') codes = 0;
    if (step.name === 'wx.login()' && step.phase === 'begin') codes++;
    sequence.add(step);
  },
  onConnection: (isThere) => notify(isThere ? obstacle : words.stopped),
});

const phone = { sandboxUrl, steps };
const baseUrl = location.origin;
const wx = createPhoneWx(phone);
const pages = [1, 2].map(() => createWxSession({ baseUrl, wx }));
const [{ session: atFirst }] = pages;
const scenarios = createScenarios({
  pages,
  // With a login page, there is no automatic login.
  withLoginPage: createWxSession({ baseUrl, wx, autoLogin: false }),
  otherPhone: createWxSession({
    baseUrl,
    wx: createPhoneWx({ ...phone, storage: sessionStorage }),
  }),
  enveloped: createWxSession({
    baseUrl,
    wx: createPhoneWx({ ...phone, header: { 'x-demo-envelope': '' } }),
    unwrap: ({ data }) => data.data,
  }),
  wx,
  steps,
  sandboxUrl,
  locale,
});
sequence.start(scenarios.login.expected(atFirst !== undefined));

let isRunning = false;
const buttons = [];
addButtons($('app-actions'), APP_ACTIONS);
addButtons($('what-if-actions'), WHAT_IF_ACTIONS);
notify(obstacle);
tell(words.ready);
showSession();
setEnabled(obstacle === undefined);

async function run(name) {
  if (isRunning || obstacle !== undefined) return;
  isRunning = true;
  setEnabled(false);
  const { expected, isSlow, run: act } = scenarios[name];
  await steps.startRun();
  codes = 0;
  sequence.start(expected(pages[0].session !== undefined));
  const [label] = words.actions[name];
  $('sequence-title').textContent = WHAT_IF_ACTIONS.includes(name)
    ? words.whatIfTitle(label)
    : label;
  summarize(words.running);
  tell(isSlow ? words.takes(SERVER_TIMEOUT_SECONDS) : words.working);
  // On a phone the button may be out of view.
  $('outcome').scrollIntoView({ block: 'nearest' });
  try {
    const { result, mood = 'good', ...details } = await act();
    tell(words.results[result]({ ...details, codes }), mood);
  } catch (error) {
    tell(sentenceFor(error), 'bad', error.errorCode);
  }
  // The last step of a run is reported in a microtask.
  await Promise.resolve();
  sequence.stop();
  summarize(words.summary(sequence.count, duration(sequence.elapsed)));
  showSession();
  isRunning = false;
  setEnabled(true);
}

function addButtons(place, names) {
  for (const name of names) {
    const [label, hint] = words.actions[name];
    const button = document.createElement('button');
    button.type = 'button';
    button.id = name;
    button.append(label);
    if (hint !== undefined) {
      const small = document.createElement('small');
      small.append(hint);
      button.append(' ', small);
    }
    button.addEventListener('click', () => void run(name));
    place.append(button);
    buttons.push(button);
  }
}

/** Not `disabled`: the keyboard's focus would be lost. */
function setEnabled(isEnabled) {
  for (const button of buttons) button.setAttribute('aria-disabled', String(!isEnabled));
}

function showSession() {
  const { session } = pages[0];
  const isLoggedIn = session !== undefined;
  $('who').textContent = isLoggedIn ? words.loggedIn(session.userId.slice(-12)) : words.loggedOut;
  $('until').textContent = isLoggedIn
    ? words.until(new Date(session.expiresAt).toLocaleTimeString(locale))
    : words.noSession;
  $('person').classList.toggle('in', isLoggedIn);
  $('login').classList.toggle('primary', !isLoggedIn);
  $('profile').classList.toggle('primary', isLoggedIn);
}

function tell(text, mood = '', errorCode = '') {
  $('result').className = `result ${mood}`;
  const code = document.createElement('code');
  code.append(errorCode);
  $('result').replaceChildren(text, ...(errorCode ? [' ', code] : []));
}

/** Also in the phone, for screens on which the diagram is out of view. */
function summarize(text) {
  $('sequence-summary').textContent = text;
  $('jump').textContent = `${text} ↓`;
  $('jump').hidden = false;
}

function notify(text) {
  $('notice').hidden = text === undefined;
  $('notice').textContent = text ?? '';
}
