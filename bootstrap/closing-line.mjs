// A vitest reporter that counts what a run came to, and the closing line that the test command ends with.
//
// Besides failed tests it counts, as one failure each: a file that did not load, a suite whose hook failed, an error that
// nobody caught, and a test that was still running when the run was broken off. Under the bootstrap it sends the counts to
// it, which adds the other checks and prints the line once; on its own (vitest called by hand) it prints the line at exit.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** `N passed, N failed`, with the skipped ones when there are any. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export default class ClosingLineReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const testModule of testModules) {
      counts.failed += testModule.errors().length;
      for (const suite of testModule.children.allSuites()) {
        counts.failed += suite.errors().length;
      }
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    if (process.connected && process.ppid === Number(process.env.ACIK_IYS_BOOTSTRAP_PID)) {
      process.send({ counts });
    } else {
      process.once('exit', () => console.log(closingLine(counts)));
    }
  }
}
