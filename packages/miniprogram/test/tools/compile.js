// node compile.js <folder with miniprogram-ci> <project>: builds npm and compiles the project, as
// WeChat DevTools do, and prints the resulting files as the last line.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

const [tools, projectPath] = process.argv.slice(2);
const ci = createRequire(join(tools, 'index.js'))('miniprogram-ci');

async function main() {
  const privateKeyPath = join(tools, 'private.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(privateKeyPath, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const project = new ci.Project({
    appid: 'wx0000000000000001',
    type: 'miniProgram',
    projectPath,
    privateKeyPath,
    ignores: ['node_modules/**/*'],
  });
  // What WeChat has on file about the project, which would need a real one.
  project.attr = () => Promise.resolve(ci.DefaultProjectAttr);

  const warnings = await ci.packNpm(project, {});
  const files = await ci.getCompiledResult({
    project,
    version: '1.0.0',
    desc: '',
    setting: { useProjectConfig: true },
    onProgressUpdate: () => undefined,
  });
  const texts = Object.entries(files).map(([path, content]) => [path, content.toString()]);
  process.stdout.write(`\n${JSON.stringify({ warnings, files: texts })}\n`, () => process.exit(0));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`, () => process.exit(1));
});
