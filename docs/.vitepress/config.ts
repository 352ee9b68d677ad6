import { defineConfig, type DefaultTheme } from 'vitepress';
import { apiSidebar, sidebar } from './navigation.js';
import { copyOutsidePages, rewrites } from './outside-pages.js';
import { siteLinks } from './site-links.js';
import { slugOf } from './slug.js';
import { tokenize } from './tokenize.js';

copyOutsidePages();

const english: DefaultTheme.Config = {
  nav: [
    { text: 'Guide', link: '/getting-started' },
    { text: 'Errors', link: '/errors' },
    { text: 'API', link: '/api/' },
  ],
  sidebar: { '/': sidebar('en'), '/api/': apiSidebar() },
};

const chinese: DefaultTheme.Config = {
  nav: [
    { text: '指南', link: '/zh/getting-started' },
    { text: '错误', link: '/zh/errors' },
    { text: 'API', link: '/api/' },
  ],
  sidebar: { '/zh/': sidebar('zh') },
  outline: { level: [2, 3], label: '本页内容' },
  docFooter: { prev: '上一页', next: '下一页' },
  darkModeSwitchLabel: '主题',
  lightModeSwitchTitle: '切换到浅色模式',
  darkModeSwitchTitle: '切换到深色模式',
  sidebarMenuLabel: '菜单',
  returnToTopLabel: '回到顶部',
  langMenuLabel: '切换语言',
  skipToContentLabel: '跳到正文',
  notFound: {
    title: '页面不存在',
    quote: '这个地址没有对应的页面。',
    linkLabel: '回到首页',
    linkText: '回到首页',
  },
};

const chineseSearch = {
  button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
  modal: {
    displayDetails: '显示详情',
    resetButtonTitle: '清空',
    backButtonTitle: '关闭',
    noResultsText: '没有结果：',
    footer: {
      selectText: '打开',
      selectKeyAriaLabel: '回车',
      navigateText: '切换',
      navigateUpKeyAriaLabel: '上',
      navigateDownKeyAriaLabel: '下',
      closeText: '关闭',
      closeKeyAriaLabel: 'Esc',
    },
  },
};

export default defineConfig({
  title: 'nestjs-wechat-auth',
  outDir: '../reports/docs',
  cacheDir: '../reports/docs-cache',
  rewrites,
  cleanUrls: false,
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'WeChat mini-program login for NestJS.',
      themeConfig: english,
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: 'NestJS 的微信小程序登录。',
      themeConfig: chinese,
    },
  },
  markdown: {
    config: siteLinks,
    anchor: { slugify: slugOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        locales: { zh: { translations: chineseSearch } },
        miniSearch: { options: { tokenize }, searchOptions: { combineWith: 'AND' } },
      },
    },
  },
});
