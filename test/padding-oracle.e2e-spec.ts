import { execFile } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';

const PROGRAM = ['--import', '@swc-node/register/esm-register', 'test/support/executed-blocks.ts'];
const appid = 'wx4f4bc4dec97d474b';
const key = randomBytes(16);
const now = (): number => Math.floor(Date.now() / 1000);

/** Data that end with the four bytes `end`, where a padding of four bytes belongs. */
function encrypt(text: string, end: readonly number[]): { encryptedData: string; iv: string } {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  const plain = Buffer.concat([Buffer.from(text.padEnd(124)), Buffer.from(end)]);
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { encryptedData: data.toString('base64'), iv: iv.toString('base64') };
}

const RIGHT = [4, 4, 4, 4];
// JSON allows line ends after a text, so this padding is wrong and the text is not.
const LINE_ENDS = [10, 10, 10, 10];
const WRONG = [
  LINE_ENDS,
  [0, 0, 0, 0],
  [17, 17, 17, 17],
  [3, 4, 4, 4],
  [4, 4, 3, 4],
  [1, 2, 3, 255],
];

const marked = (watermark: object): string => JSON.stringify({ nickName: 'x', watermark });

const CONTENTS: Record<string, string> = {
  'good data': marked({ appid, timestamp: now() }),
  'data that are no JSON': 'no JSON',
  'data without a watermark': '{"nickName":"x"}',
  'data of another app': marked({ appid: 'wx0000000000000002', timestamp: now() }),
  'data that are too old': marked({ appid, timestamp: now() - 7200 }),
};

describe('user data with a wrong padding', () => {
  /** Which blocks of code are executed to read data, and how many times. */
  let stepsOf: (content: string, end?: readonly number[]) => string | undefined;

  beforeAll(async () => {
    const cases = Object.keys(CONTENTS).flatMap((content) =>
      [RIGHT, ...WRONG].map((end) => ({ content, end })),
    );
    const data = cases.map(({ content, end }) => encrypt(CONTENTS[content] ?? '', end));
    const args = [...PROGRAM, appid, key.toString('base64'), JSON.stringify(data)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: Infinity });
    const steps = JSON.parse(stdout) as string[];
    stepsOf = (content, end = RIGHT) =>
      steps[cases.findIndex((each) => each.content === content && each.end === end)];
  }, 120_000);

  it.each(WRONG.map((end) => [end]))(
    '[M-22] take the same steps as data that are no JSON, if they end with %j',
    (end) => {
      const content = 'data that are no JSON';
      expect(stepsOf(content, end)).toBe(stepsOf(content));
    },
  );

  it.each(Object.keys(CONTENTS).slice(2))(
    '[M-22] take the same steps as %s, if they are JSON',
    (content) => {
      expect(stepsOf(content, LINE_ENDS)).toBe(stepsOf(content));
    },
  );

  it('[M-22] take other steps than good data, which shows that the steps are seen', () => {
    const good = 'good data';
    const steps = [stepsOf(good), stepsOf(good, LINE_ENDS), stepsOf('data that are no JSON')];
    expect(new Set(steps).size).toBe(3);
    expect(steps).not.toContain(undefined);
  });
});
