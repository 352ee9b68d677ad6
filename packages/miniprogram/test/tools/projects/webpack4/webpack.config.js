module.exports = {
  mode: 'production',
  target: 'node',
  entry: './session.js',
  // OpenSSL 3 no longer has the default of webpack 4.
  output: { path: __dirname, filename: 'dist/pages/index/index.js', hashFunction: 'sha256' },
};
