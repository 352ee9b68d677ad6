import type { AggregatedLogger } from '../common/aggregated-logger.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';

const DEADLINE_MS = 5000;

/** A call of a function in the options, and what its result must be. */
export interface HostQuestion<T> {
  /** The name of the function for the log, such as `apps`. */
  readonly name: string;
  /** The mini program of the call. */
  readonly appid: string;
  readonly ask: () => unknown;
  /** @param problems - receives a message for each mistake in the result, without a secret. */
  readonly read: (answer: unknown, problems: string[]) => T;
}

/** What is wrong with the result; its message is safe for logs. */
class HostFault extends Error {}

/**
 * Calls a function of the options, which may throw or return anything, with a limit of five seconds.
 * @throws {@link WechatAuthError} `WX_APP_UNAVAILABLE`; the log has the reason
 */
export async function askHost<T>(logger: AggregatedLogger, question: HostQuestion<T>): Promise<T> {
  const { name, appid, ask, read } = question;
  try {
    const answer = await inTime(ask);
    const problems: string[] = [];
    const value = read(answer, problems);
    if (problems.length > 0)
      throw new HostFault(`returned what is not valid: ${problems.join(' ')}`);
    return value;
  } catch (error) {
    // Never the message of the app's error: it may contain the AppSecret or a token.
    const fault = error instanceof HostFault ? error.message : `threw ${classOf(error)}`;
    const reason = `the function ${name} ${fault}`;
    logger.error(reason, `WX_APP_UNAVAILABLE: ${reason} (appid ${appid})`);
    throw new WechatAuthError('WX_APP_UNAVAILABLE');
  }
}

function inTime(ask: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new HostFault(`has not answered within ${String(DEADLINE_MS)} ms`));
    }, DEADLINE_MS).unref();
    const answer = new Promise((settle) => {
      settle(ask());
    });
    answer.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** The class of the error, such as `QueryFailedError`; its `name` may be anything. */
function classOf(error: unknown): string {
  const name: unknown = error instanceof Error ? error.constructor.name : typeof error;
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : 'an error';
}
