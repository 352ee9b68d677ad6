/** What to paste into a shell: a login, a guarded route, a logout. */
export function howToLogIn(url: string, sandboxUrl: string | undefined): string {
  const code = sandboxUrl
    ? `CODE=$(curl -s -X POST ${sandboxUrl}/sandbox/codes | sed 's/.*"code":"\\([^"]*\\)".*/\\1/')`
    : 'CODE=…   # from wx.login in your mini program';
  return [
    'Paste this to log in, as a mini program would:',
    '',
    `  ${code}`,
    `  TOKEN=$(curl -s ${url}/wechat/login -H 'content-type: application/json' -d "{\\"code\\":\\"$CODE\\"}" | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `  curl ${url}/profile -H "authorization: Bearer $TOKEN"`,
    '',
    'and this to log out, after which the same token is refused:',
    '',
    `  curl -i -X DELETE ${url}/wechat/session -H "authorization: Bearer $TOKEN"`,
    `  curl ${url}/profile -H "authorization: Bearer $TOKEN"`,
    '',
    'Ctrl-C stops everything; the data stay.',
    '',
  ].join('\n');
}
