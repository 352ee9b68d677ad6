// Jest's own runner, but it stops at the first failing file, which is enough to kill a mutant.
import Runner from 'jest-runner';

export default class FirstFailureRunner extends Runner {
  /** The unit specs first, because they are fast. */
  async runTests(tests, watcher, options) {
    const isSlow = ({ path }) => path.endsWith('.e2e-spec.ts');
    const ordered = tests.toSorted((a, b) => isSlow(a) - isSlow(b));
    this.on('test-file-success', ([, { numFailingTests }]) => {
      if (numFailingTests > 0) watcher.setState({ interrupted: true });
    });
    await super.runTests(ordered, watcher, options);
  }
}
