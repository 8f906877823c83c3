// The test command: types, style, layering, then the tests, each by file under the pinned Node; all of them run whatever
// the others came to. Its last line is `N passed, N failed`, where each of the checks before the tests counts as one; it succeeds only
// when tests ran and nothing failed. Exit codes decide: a runner that failed without naming a failure counts as one.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closingLine } from './closing-line.mjs';
import { ROOT, say } from './say.mjs';
import { endingCode, runProgram } from './supervise.mjs';

const LAYERING = '.dependency-cruiser.cjs';

/** The checks before the tests: name, arguments for Node, and what its output must tell. */
const CHECKS = [
  { name: 'Türler / types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'Sayfaların türleri / types of the pages',
    args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'packages/web/tsconfig.json'],
  },
  { name: 'Biçim / style', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
  {
    name: 'Katmanlar / layering',
    needs: LAYERING,
    args: ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'packages', '--config', LAYERING],
    // Without a parser for TypeScript it looks at nothing and is content with that.
    empty: /\(0 modules/,
  },
];

/** Commands that run a part of the tests: names that the files' paths must contain, and what the tests are told. */
const PARTS = {
  // The long forms.
  'test:crash': {
    files: ['packages/server/test/crash', 'packages/server/test/fuzz'],
    env: { ACIK_IYS_TEST_LONG: '1' },
  },
  // The journeys of docs/business.md, which is written anew with its pictures.
  guide: { files: ['e2e/guide.test'], env: { UPDATE_GUIDE: '1' } },
};

/** Runs `test` or one of its parts; `args` go to vitest. Gives the exit code. */
export async function runTests(command, node, args) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (command === 'test') {
    for (const check of CHECKS.filter(({ needs }) => needs === undefined || existsSync(join(ROOT, needs)))) {
      const passed = await runCheck(node, check);
      counts[passed ? 'passed' : 'failed'] += 1;
      if (endingCode() !== undefined) {
        return endingCode();
      }
    }
  }
  const { files, env } = PARTS[command] ?? { files: [], env: {} };
  let ran;
  const code = await runProgram(node, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...files, ...args], {
    env,
    onMessage: (message) => {
      ran = message?.counts ?? ran;
    },
  });
  counts.passed += ran?.passed ?? 0;
  counts.failed += ran?.failed ?? 0;
  counts.skipped += ran?.skipped ?? 0;
  const nothingRan = ran === undefined || ran.passed + ran.failed === 0;
  if ((code !== 0 || nothingRan) && (ran?.failed ?? 0) === 0) {
    counts.failed += 1;
  }
  say(closingLine(counts));
  return counts.failed === 0 ? 0 : code || 1;
}

async function runCheck(node, { name, args: [file, ...args], empty }) {
  say(`\n${name}`);
  let said = '';
  const code = await runProgram(node, [join(ROOT, file), ...args], {
    capture: (text) => {
      said += text;
    },
  });
  process.stdout.write(said);
  if (code === 0 && empty?.test(said)) {
    say('Hiçbir dosyaya bakılmadı / no file was looked at');
    return false;
  }
  return code === 0;
}
