// How the pages are built: one HTML file for each entrance, each with its own scripts, shared ones once.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  root: at('.'),
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Fonts stay files: inlined ones would be loaded by everybody, and the policy of the pages forbids them.
    assetsInlineLimit: 0,
    // The server reads in it which files a screen needs, and names them before the scripts ask.
    manifest: 'manifest.json',
    rolldownOptions: {
      input: { isletme: at('isletme.html'), parcalar: at('parcalar.html') },
      // Libraries mark what may not run on a server; nothing of ours does.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  server: { proxy: { '/portal': 'http://127.0.0.1:8080' } },
});
