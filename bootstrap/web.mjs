// Builds the pages (packages/web) when what they are made of has changed since they were built last.
//
// A stamp in the built folder holds the hash of all sources; it is written last, so that a build that was killed counts
// for nothing. The pages are built aside and put beside those of before: scripts bear the hash of their content in their
// names, so a server that runs, and a page that is open, still find theirs. What a day has passed over goes.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { faultOfFile, ROOT, StartFault, say, seconds } from './say.mjs';
import { runProgram } from './supervise.mjs';

const WEB = join(ROOT, 'packages/web');
const BUILT = join(WEB, 'dist');
const STAMP = 'sources.sha256';
/** Of what the builder says: its first words tell, the rest is its stack. */
const SAID_MOST = 600;
/** How long scripts of earlier builds are kept, in milliseconds. */
const OLD_MS = 24 * 3_600_000;
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
        env: { NO_COLOR: '1' },
        capture: (text) => {
          said += text;
        },
      },
    );
    if (code !== 0) {
      throw new StartFault(`Sayfalar kurulamadı: ${said.trim().slice(0, SAID_MOST)}`, 'The pages could not be built.');
    }
    compress(join(aside, 'assets'));
    putInPlace(aside);
    writeFileSync(join(BUILT, STAMP), hash);
  } catch (error) {
    // Two starts may build at once; the other's pages are as good.
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

function putInPlace(aside) {
  const assets = join(BUILT, 'assets');
  mkdirSync(assets, { recursive: true });
  const built = new Set(readdirSync(join(aside, 'assets')));
  for (const name of built) {
    renameSync(join(aside, 'assets', name), join(assets, name));
  }
  for (const name of readdirSync(aside).filter((one) => one !== 'assets')) {
    renameSync(join(aside, name), join(BUILT, name));
  }
  for (const name of readdirSync(assets)) {
    if (!built.has(name) && Date.now() - statSync(join(assets, name)).mtimeMs > OLD_MS) {
      rmSync(join(assets, name), { force: true });
    }
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
