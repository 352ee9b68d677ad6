// Jest's own runner, but a mutant is dead at its first failing file: the others need not run.
import Runner from 'jest-runner';

export default class FirstFailureRunner extends Runner {
  /** The unit specs first: they take no more than an instant. */
  async runTests(tests, watcher, options) {
    const isSlow = ({ path }) => path.endsWith('.e2e-spec.ts');
    const ordered = tests.toSorted((a, b) => isSlow(a) - isSlow(b));
    this.on('test-file-success', ([, { numFailingTests }]) => {
      if (numFailingTests > 0) watcher.setState({ interrupted: true });
    });
    await super.runTests(ordered, watcher, options);
  }
}
