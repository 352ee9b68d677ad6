/** The only way into the library past its public API: the parts that are timed alone. */
export { LivenessProbes } from '../../src/sessions/liveness-probes.js';
export { SessionTokens } from '../../src/sessions/session-tokens.js';
