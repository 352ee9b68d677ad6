/** The flow of the house: a login goes down this list, and each folder imports only those below. */
const FLOW = {
  login: ['user-data', 'guard', 'sessions', 'users', 'wechat', 'events'],
  'user-data': ['guard', 'sessions', 'users', 'wechat'],
  guard: ['sessions', 'users'],
  sessions: ['events'],
  users: ['wechat', 'events'],
  wechat: [],
  events: [],
};

/** What every folder of the flow may import. */
const GROUND = ['postgres', 'config', 'crypto', 'errors', 'common'];

/**
 * What a guard for tests has to share with the real one: the decorators read the session from the
 * store of guarded-call, which there has to be once.
 */
const GUARDED_CALL =
  '^src/(guard/(guarded-call|route-access)|sessions/wx-session|postgres/wechat-user\\.entity)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Types included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...Object.entries(FLOW).map(([folder, below]) => ({
      name: `flow-of-${folder}`,
      comment: `src/${folder} imports ${[...below, ...GROUND].join(', ')} alone.`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${[folder, ...below, ...GROUND].join('|')})/` },
    })),
    {
      name: 'wechat-needs-no-database',
      severity: 'error',
      from: { path: '^src/wechat/' },
      to: { path: '^src/postgres/' },
    },
    {
      name: 'ground-imports-no-flow',
      severity: 'error',
      from: { path: `^src/(${GROUND.join('|')})/` },
      to: { path: `^src/(${Object.keys(FLOW).join('|')}|openapi|testing)/` },
    },
    {
      name: 'testing-stands-alone',
      comment: 'Users import it without the module.',
      severity: 'error',
      from: { path: '^src/testing/' },
      to: { path: '^src/', pathNot: ['^src/testing/', GUARDED_CALL] },
    },
    {
      name: 'sandbox-needs-no-guard',
      severity: 'error',
      from: { path: '^src/testing/', pathNot: '^src/testing/(index|provide-wx-session)' },
      to: { path: GUARDED_CALL },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      from: { path: '^packages/miniprogram/src/' },
      to: { pathNot: '^packages/miniprogram/src/' },
    },
    {
      name: 'schematics-stand-alone',
      comment: 'The CLI runs them, before the app has what the library needs.',
      severity: 'error',
      from: { path: '^schematics/' },
      to: { path: '^(src|packages|test)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '\\.spec\\.ts$' },
    doNotFollow: { path: 'node_modules' },
  },
};
