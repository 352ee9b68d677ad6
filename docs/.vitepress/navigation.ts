import { existsSync, readdirSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

export type Language = 'en' | 'zh';

type Names = Readonly<Record<Language, string>>;

interface Group {
  readonly title: Names;
  readonly pages: Readonly<Record<string, Names>>;
}

/** The pages in the order in which a reader needs them, with their names in both languages. */
const PAGES: readonly Group[] = [
  {
    title: { en: 'Start', zh: '开始' },
    pages: {
      'getting-started': { en: 'Getting started', zh: '快速开始' },
      wiring: { en: 'Wiring and options', zh: '接入与选项' },
      testing: { en: 'Testing', zh: '测试' },
      faq: { en: 'Questions', zh: '常见问题' },
    },
  },
  {
    title: { en: 'Build', zh: '开发' },
    pages: {
      guard: { en: 'Guard and transports', zh: '守卫与传输方式' },
      accounts: { en: 'Users, roles, hooks', zh: '用户、角色与钩子' },
      events: { en: 'Events', zh: '事件' },
      'several-apps': { en: 'Several mini programs', zh: '多个小程序' },
      'mini-program': { en: 'The mini program', zh: '小程序端' },
      'user-data': { en: 'User data, phone numbers', zh: '用户数据与手机号' },
      errors: { en: 'Errors', zh: '错误' },
    },
  },
  {
    title: { en: 'Run', zh: '上线' },
    pages: {
      deployment: { en: 'Deployment', zh: '部署' },
      security: { en: 'Security', zh: '安全' },
      observability: { en: 'Observability', zh: '可观测性' },
      throttling: { en: 'Throttling', zh: '限流' },
      moving: { en: 'Moving here, upgrading', zh: '迁移与升级' },
    },
  },
];

/** Pages that exist in English only. */
const REFERENCE: Readonly<Record<string, Names>> = {
  '/api/': { en: 'API reference', zh: 'API 参考（英文）' },
  '/ARCHITECTURE': { en: 'Architecture', zh: '架构（英文）' },
  '/BENCHMARKS': { en: 'Benchmarks', zh: '性能测试（英文）' },
  '/RELIABILITY': { en: 'Reliability', zh: '可靠性（英文）' },
  '/SCALE': { en: 'At scale', zh: '规模与成本（英文）' },
  '/security-policy': { en: 'SECURITY.md', zh: 'SECURITY.md（英文）' },
  '/contributing': { en: 'Contributing', zh: '参与贡献（英文）' },
  '/changelog': { en: 'Changelog', zh: '更新日志（英文）' },
};

export function sidebar(language: Language): Item[] {
  const prefix = language === 'zh' ? '/zh/' : '/';
  const groups = PAGES.map(({ title, pages }) => ({
    text: title[language],
    items: Object.entries(pages).map(([page, names]) => ({
      text: names[language],
      link: prefix + page,
    })),
  }));
  const reference = Object.entries(REFERENCE).map(([link, names]) => ({
    text: names[language],
    link,
  }));
  const client = {
    text: { en: 'Client reference', zh: '客户端参考' }[language],
    link: `${prefix}client`,
  };
  return [
    ...groups,
    { text: { en: 'Reference', zh: '参考' }[language], items: [client, ...reference] },
  ];
}

const MODULES = {
  'nestjs-wechat-auth': ['classes', 'interfaces', 'type-aliases', 'variables', 'functions'],
  'nestjs-wechat-auth/testing': ['classes', 'interfaces', 'type-aliases'],
  'nestjs-wechat-auth-miniprogram': ['functions', 'classes', 'interfaces', 'type-aliases'],
};

/** The pages that TypeDoc has written. */
export const apiSidebar = (): Item[] =>
  Object.entries(MODULES).map(([module, kinds]) => ({
    text: module,
    link: `/api/${module}/`,
    items: kinds.flatMap((kind) => pagesIn(`${module}/${kind}`)),
  }));

function pagesIn(folder: string): Item[] {
  const path = `docs/generated/api/${folder}`;
  const names = existsSync(path) ? readdirSync(path).sort() : [];
  return names
    .map((name) => name.replace(/\.md$/, ''))
    .map((name) => ({ text: name, link: `/api/${folder}/${name}` }));
}
