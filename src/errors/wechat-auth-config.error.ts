/**
 * An option is invalid, or the app uses the module or guard incorrectly. Thrown only while the app
 * starts. Lists every problem and how to fix it, and never contains the value of an option.
 *
 * @example
 * await NestFactory.create(AppModule, { abortOnError: false }).catch((error: unknown) => {
 *   if (error instanceof WechatAuthConfigError) logger.fatal(error.problems);
 *   throw error;
 * });
 * @publicApi
 */
export class WechatAuthConfigError extends Error {
  override readonly name = 'WechatAuthConfigError';

  constructor(
    /** One message for each problem. */
    readonly problems: readonly string[],
  ) {
    super(
      `WechatAuthModule is not configured correctly:\n${problems.map((p) => `- ${p}`).join('\n')}`,
    );
  }
}
