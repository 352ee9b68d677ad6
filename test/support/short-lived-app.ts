// An app in its own process: it prints its URL, closes when its standard input ends, and should
// then exit by itself.
import 'reflect-metadata';
import { startApp } from './app.js';
import { platforms } from './platforms.js';

const [databaseUrl = '', wechatUrl = '', name] = process.argv.slice(2);
const platform = platforms.find((each) => each.name === name) ?? platforms[0];
const { app, url } = await startApp({ platform, databaseUrl, wechatUrl });

process.stdin.once('end', () => void app.close()).resume();
process.stdout.write(`${url}\n`);
