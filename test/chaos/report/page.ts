import { type Place, placeTable } from './place.js';
import type { Section } from './section.js';

/** The page `docs/RELIABILITY.md`. */
export const page = (sections: readonly Section[], place: Place): string => `# Reliability

Written by \`npm run test:chaos\`, which runs all of this again in about an hour; with \`-- --quick\` a part of it in about five minutes, and with \`-- --only 'frozen for 20'\` the faults with such a name. It exits with an error where anything was lost, where an answer was not one of the documented ones, or where a limit was passed.

${summary(sections)}

${sections.map(({ title, text }) => `## ${title}\n\n${text}`).join('\n\n')}

## How it is done

- **The apps** are three processes with the wiring of the README and nothing more, one on Express and two on Fastify; WeChat is the sandbox of \`nestjs-wechat-auth/testing\`; Postgres is a real one. Between them are proxies that delay, hold back, lose and reset.
- **The load**: 24 clients log in (for the first time, again, in the place of an older session, and again where an answer takes longer than a second), use their session, log out, log out everywhere, each time at any of the apps. What is acknowledged (200 or 204) is written down.
- **Lost** is a session that was acknowledged and is refused, a session that was ended, or seen ended, and is let in, a user who is another one than before, and a \`session_key\` that is not the one of the newest login. Every app is asked about every session after each fault.
- **Undocumented** is an answer that the OpenAPI document of the app does not have with this status and \`errorCode\`, and no answer at all.
- **Time to recover** is measured from the end of the fault until every app has logged somebody in and let them in. Nothing is restarted to that end.
- **Limits**: a request waits for 16 s at most, recovery takes 10 s at most, and an app has no more backends than its pool and one, but where a firewall forgot its connections: Postgres notices those only by TCP keep-alive.

## What was not tried

- Power loss, and disks that lie about what they have written: \`kill -9\` takes from Postgres what it has in memory, not what the system has.
- Majors of PostgreSQL beside those named below; managed Postgres of a cloud itself.
- Networks that lose or reorder single packets: TCP hides that from both sides, but for the delay.
- Split brain: two primaries that both take writes. See SECURITY.md.
- More than three apps, and machines that are far apart.

## Where it ran

${placeTable(place)}
`;

function summary(sections: readonly Section[]): string {
  const problems = sections.flatMap((section) => section.problems);
  return problems.length === 0
    ? '**Nothing that was acknowledged was lost, and every answer was a documented one.**'
    : `**${String(problems.length)} findings:**\n\n${problems.map((problem) => `- ${problem}`).join('\n')}`;
}
