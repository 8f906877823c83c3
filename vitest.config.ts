// Every package's tests in one run, on real parts: real PostgreSQL, real HTTP, real processes.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'e2e/**/*.test.ts'],
    globalSetup: ['packages/server/test/support/global-setup.ts'],
    // A process for each file: tests kill, and what they start must not be shared by accident.
    pool: 'forks',
    reporters: ['default', './bootstrap/closing-line.mjs'],
    // Not a measure of speed: the time after which a test counts as hanging, on a slow and busy machine.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
