module.exports = {
  projectName: 'demo',
  designWidth: 750,
  sourceRoot: 'src',
  outputRoot: 'dist',
  framework: 'react',
  plugins: ['@tarojs/plugin-platform-weapp', '@tarojs/plugin-framework-react'],
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  cache: { enable: false },
};
