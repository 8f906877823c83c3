// Builds the pages (packages/web) when what they are made of has changed since they were built last.
//
// A stamp in the built folder holds the hash of all sources. The pages are built aside and put in place by renaming, so
// that a build that was killed is never served, and a server that runs keeps whole pages.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { faultOfFile, ROOT, StartFault, say, seconds } from './say.mjs';
import { runProgram } from './supervise.mjs';

const WEB = join(ROOT, 'packages/web');
const BUILT = join(WEB, 'dist');
const STAMP = 'sources.sha256';
/** Within some per cent of the smallest, in a third of its time. */
const BROTLI_QUALITY = 9;
/** What the pages are made of, below the root. */
const SOURCES = [
  'package-lock.json',
  'packages/law/src',
  'packages/web/src',
  'packages/web/vite.config.ts',
  'packages/web/package.json',
];

/** Brings the pages up to date. `node`: the Node that builds. Throws StartFault. */
export async function buildWeb(node) {
  const hash = hashOfSources();
  if (isBuilt(hash)) {
    return;
  }
  const began = Date.now();
  const aside = `${BUILT}.${process.pid}`;
  let said = '';
  try {
    const code = await runProgram(
      node,
      [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', WEB, '--outDir', aside, '--logLevel', 'warn'],
      {
        capture: (text) => {
          said += text;
        },
      },
    );
    if (code !== 0) {
      throw new StartFault(`Sayfalar kurulamadı: ${said.trim()}.`, 'The pages could not be built.');
    }
    compress(join(aside, 'assets'));
    writeFileSync(join(aside, STAMP), hash);
    // Another start may have been faster: what it built is the same.
    if (!isBuilt(hash)) {
      rmSync(BUILT, { recursive: true, force: true });
      renameSync(aside, BUILT);
    }
  } catch (error) {
    // Two starts may rename at once; the other's pages are as good.
    if (!isBuilt(hash)) {
      throw faultOfFile(error, BUILT);
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  const [turkish, english] = seconds(Date.now() - began);
  say(`Sayfalar kuruldu: ${turkish} sn / Pages built: ${english} s`);
}

/** Beside each script and style its compressed forms: made once here, not for every visitor. Fonts are compressed already. */
function compress(folder) {
  for (const name of readdirSync(folder).filter((one) => /\.(js|css)$/.test(one))) {
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
  }
}

function isBuilt(hash) {
  const stamp = join(BUILT, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

function hashOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    hash.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  };
  const html = readdirSync(WEB)
    .filter((name) => name.endsWith('.html'))
    .map((name) => `packages/web/${name}`);
  for (const source of [...SOURCES, ...html].sort()) {
    if (/\.\w+$/.test(source)) {
      add(source);
      continue;
    }
    const entries = readdirSync(join(ROOT, source), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    for (const file of files.sort()) {
      add(file.slice(ROOT.length + 1));
    }
  }
  return hash.digest('hex');
}
