/**
 * The options or the wiring of the module are wrong. Thrown only while the app starts. Lists every
 * problem and how to fix it, and never prints the value of an option.
 */
export class WechatAuthConfigError extends Error {
  override readonly name = 'WechatAuthConfigError';

  constructor(
    /** One sentence for each problem. */
    readonly problems: readonly string[],
  ) {
    super(
      `WechatAuthModule is not configured correctly:\n${problems.map((p) => `- ${p}`).join('\n')}`,
    );
  }
}
