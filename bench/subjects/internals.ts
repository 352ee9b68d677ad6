/** The only way into the library past its public API: the parts that are timed alone. */
export { SessionProbes } from '../../src/sessions/session-probes.js';
export { SessionTokens } from '../../src/sessions/session-tokens.js';
