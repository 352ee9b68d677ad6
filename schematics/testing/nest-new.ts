/** The files of a tree, by path. */
export type Files = Readonly<Record<string, string>>;

const manifest = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** What `nest new` of Nest 11 makes: CommonJS and Jest. */
export const NEST_11: Files = {
  'package.json': manifest({
    name: 'app',
    dependencies: { '@nestjs/common': '^11.0.1', '@nestjs/core': '^11.0.1', rxjs: '^7.8.1' },
    devDependencies: { '@nestjs/testing': '^11.0.1', jest: '^30.0.0', 'ts-jest': '^29.2.5' },
  }),
  'nest-cli.json': '{ "sourceRoot": "src" }\n',
  'src/main.ts': `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
bootstrap();
`,
  'src/app.module.ts': `import { Module } from '@nestjs/common';
import { AppController } from './app.controller';
import { AppService } from './app.service';

@Module({
  imports: [],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`,
  'src/app.controller.ts': `import { Controller, Get } from '@nestjs/common';
import { AppService } from './app.service';

@Controller()
export class AppController {
  constructor(private readonly appService: AppService) {}

  @Get()
  getHello(): string {
    return this.appService.getHello();
  }
}
`,
  'test/jest-e2e.json': `{
  "moduleFileExtensions": ["js", "json", "ts"],
  "rootDir": ".",
  "testRegex": ".e2e-spec.ts$",
  "transform": {
    "^.+\\\\.(t|j)s$": "ts-jest"
  }
}
`,
};

/** Files without one of them. */
export function without(files: Files, name: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path !== name));
}

/** What `nest new` of Nest 12 makes: ES modules and Vitest. */
export const NEST_12: Files = {
  ...Object.fromEntries(
    Object.entries(without(NEST_11, 'test/jest-e2e.json')).map(([path, text]) => [
      path,
      text.replace(/(from '\.\/[\w.]+)'/g, "$1.js'"),
    ]),
  ),
  'package.json': manifest({
    name: 'app',
    type: 'module',
    dependencies: { '@nestjs/common': '^12.0.1', '@nestjs/core': '^12.0.1', rxjs: '^7.8.1' },
    devDependencies: { '@nestjs/testing': '^12.0.1', vitest: '^4.1.2' },
  }),
};
