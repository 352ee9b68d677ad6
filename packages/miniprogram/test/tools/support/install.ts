import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const repository = process.cwd();

/** Runs a program to its end. @returns its output. @throws with the output, if it fails. */
export async function run(folder: string, program: string, args: string[]): Promise<string> {
  const options = {
    cwd: folder,
    // npm passes its own settings on; a new project has none.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' },
    maxBuffer: 64 * 1024 * 1024,
  };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const printed = stdout + stderr;
      if (error) reject(new Error(`${program} ${args.join(' ')} failed:\n${printed}`));
      else resolve(printed);
    });
  });
}

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wechat-auth-tools-'));
  folders.push(folder);
  return folder;
}

/** All folders of this test file. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

/** The client as it is published, packed by the global set-up. */
export function packedClient(): string {
  const { PACKED_CLIENT: tarball } = process.env;
  if (tarball === undefined)
    throw new Error('Run these tests with npm run test:miniprogram-tools.');
  return tarball;
}

type Packages = Record<string, string>;

/**
 * Installs packages in a folder of their own, with the packed client among them.
 * @returns `undefined` if the registry lacks one of them, which is printed
 */
export async function install(
  {
    dependencies = {},
    devDependencies = {},
  }: { dependencies?: Packages; devDependencies?: Packages },
  folder = newFolder(),
): Promise<string | undefined> {
  const client = { 'nestjs-wechat-auth-miniprogram': `file:${packedClient()}` };
  const manifest = { private: true, dependencies: { ...client, ...dependencies }, devDependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  try {
    await run(folder, 'npm', ['install', '--include=dev', '--legacy-peer-deps', ...quiet]);
    return folder;
  } catch (error) {
    const [missing] = /E404|ETARGET/.exec(String(error)) ?? [];
    if (missing === undefined) throw error;
    const names = Object.keys({ ...dependencies, ...devDependencies }).join(', ');
    process.stderr.write(`SKIPPED: the registry lacks one of ${names} (${missing}).\n`);
    return undefined;
  }
}

/** A copy of a test project. */
export function copyProject(name: string): string {
  const folder = newFolder();
  cpSync(join(import.meta.dirname, '../projects', name), folder, { recursive: true });
  return folder;
}

/** Configures the server of a project. */
export function pointAt(baseUrl: string, file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace('BASE_URL', baseUrl));
}
