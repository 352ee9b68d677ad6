import type { AggregatedLogger } from '../common/aggregated-logger.js';
import { WechatAuthError } from '../errors/wechat-auth.error.js';

const DEADLINE_MS = 5000;

/** A function of the host, and what its answer has to be. */
export interface HostQuestion<T> {
  /** The function as the log names it, such as `apps`. */
  readonly name: string;
  /** The mini program that it is about. */
  readonly appid: string;
  readonly ask: () => unknown;
  /** @param problems - gets a sentence for each fault of the answer, without a secret. */
  readonly read: (answer: unknown, problems: string[]) => T;
}

/** What is wrong with the answer, in words of ours. */
class HostFault extends Error {}

/**
 * Asks a function of the host, which has five seconds and may throw or return anything.
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
    // Never the words of the host's error: they may have the AppSecret or a token in them.
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

/** Such as `QueryFailedError`: the class that the error was made by, whatever it calls itself. */
function classOf(error: unknown): string {
  const name: unknown = error instanceof Error ? error.constructor.name : typeof error;
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : 'an error';
}
