/** User information as WeChat returns it: the server accepts no other fields. */
const BAND = {
  nickName: 'Band',
  gender: 0,
  avatarUrl: '',
  city: 'Guangzhou',
  province: 'Guangdong',
  country: 'CN',
};

const JSON_HEADER = `-H 'content-type: application/json'`;
const BEARER = '-H "authorization: Bearer $TOKEN"';

/** Reads a field of a JSON response with standard shell tools. */
const field = (name: string): string => `sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/'`;

/** Commands for a shell: a login, guarded routes, a logout. */
export function howToLogIn(url: string, sandboxUrl: string | undefined): string {
  return [
    ...(sandboxUrl === undefined ? [] : [`Open ${url} to watch a login happen.`]),
    `Open ${url}/docs for the routes.`,
    '',
    'Paste this to log in, as a mini program would:',
    '',
    sandboxUrl === undefined
      ? '  CODE=…   # from wx.login in your mini program'
      : `  CODE=$(curl -s ${sandboxUrl}/sandbox/codes -d '{"openid":"o-demo"}' | ${field('code')})`,
    `  TOKEN=$(curl -s ${url}/wechat/login ${JSON_HEADER} -d "{\\"code\\":\\"$CODE\\"}" | ${field('token')})`,
    `  curl ${url}/profile ${BEARER}`,
    '',
    ...(sandboxUrl === undefined ? [] : howToSendUserData(url, sandboxUrl)),
    'and this to log out, after which the same token is refused:',
    '',
    `  curl -i -X DELETE ${url}/wechat/session ${BEARER}`,
    `  curl ${url}/profile ${BEARER}`,
    '',
    'Ctrl-C stops everything; the data stay.',
    '',
  ].join('\n');
}

const howToSendUserData = (url: string, sandboxUrl: string): string[] => [
  'this to bind a phone number, and to send user data that WeChat encrypted:',
  '',
  `  PHONE=$(curl -s ${sandboxUrl}/sandbox/phone-codes -d '{"openid":"o-demo"}' | ${field('code')})`,
  `  curl ${url}/profile/phone ${BEARER} ${JSON_HEADER} -d "{\\"code\\":\\"$PHONE\\"}"`,
  `  DATA=$(curl -s ${sandboxUrl}/sandbox/user-data -d '${JSON.stringify({ openid: 'o-demo', data: BAND })}')`,
  `  curl ${url}/profile/info ${BEARER} ${JSON_HEADER} -d "$DATA"`,
  '',
];
