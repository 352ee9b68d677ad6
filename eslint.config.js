import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const message = 'Compare with timingSafeEqual: others take longer the more of a text is right.';

/** Whoever can send signatures again and again could find the right one by the time that it takes. */
const constantTime = [
  'MethodDefinition[key.name=/signature/i]:not(:has(CallExpression[callee.name="timingSafeEqual"]))',
  'BinaryExpression[operator=/^[!=]==?$/] > Identifier[name=/signature|digest|hmac/i]',
].map((selector) => ({ selector, message }));

export default defineConfig(
  // Compiled against the packed modules, by their tests.
  globalIgnores([
    '**/dist',
    '**/miniprogram_dist',
    'coverage',
    'reports',
    '.demo',
    'test/new-apps/app',
    'packages/miniprogram/test/tools/projects',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Nest declares the shapes of its options as classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A Nest module is a class with nothing in it but its decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['{src,packages/*/src}/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    // The sandbox has no secret to protect.
    ignores: ['**/*.spec.ts', 'src/testing/**'],
    rules: { 'no-restricted-syntax': ['error', ...constantTime] },
  },
  {
    files: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
    rules: {
      // Nest's `getHttpServer()` and the parsed body of an answer are `any`.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // `expect(service.method)` takes methods as they are.
      '@typescript-eslint/unbound-method': 'off',
      // Fixtures: throwaway classes, fakes that await nothing, shapes known to the test.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
