/**
 * The module is wired wrongly. Thrown while the app starts, never later; it lists all that is
 * wrong and how to mend it, and echoes no option's value.
 */
export class WechatAuthConfigError extends Error {
  override readonly name = 'WechatAuthConfigError';

  constructor(
    /** One sentence for each fault. */
    readonly problems: readonly string[],
  ) {
    super(
      `WechatAuthModule is not configured correctly:\n${problems.map((p) => `- ${p}`).join('\n')}`,
    );
  }
}
