/** Why an app is left alone. Thrown before anything is changed, and printed by the CLI. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(reason: string) {
    super(
      `${reason} No file was changed. The README of nestjs-wechat-auth shows how to wire the app by hand.`,
    );
  }
}
