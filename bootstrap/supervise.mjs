// The bootstrap as a parent: starts programs, tells them to end, passes their exit code on.
//
// Between the person and the program stand npm and often a shell. A SIGTERM to npm never reaches the program, and a
// kill -9 of npm leaves the shell: so the ancestors up to npm are watched, and when one is gone the program is told to
// end. It is told by closing the channel to it: that says the same thing however often, and it also happens by itself
// when this process is killed. Ctrl-C goes to the whole group, so the program has it already.

import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ROOT, StartFault } from './say.mjs';

/** How often the ancestors are looked at, in milliseconds. */
const LOOK_MS = 500;
/** How long a program without an ending of its own may take after Ctrl-C before it is ended, in milliseconds. */
const AFTER_INTERRUPT_MS = 3000;
/** npm is at most this many processes above: npm, a shell, perhaps another shell. */
const MOST_ANCESTORS = 3;

const END_WITH_PARENT = join(ROOT, 'bootstrap', 'end-with-parent.cjs');

/** The program that is running now, with how it is told to end. */
let running;
let ending;

/** Takes the signals that end a program, and begins to watch the ancestors. */
export function endOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => end(signal));
  }
  const ancestors = ancestorsUpToNpm();
  if (ancestors.length > 0) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent || !ancestors.every(isAlive)) {
        end('SIGHUP');
      }
    }, LOOK_MS).unref();
  }
}

/** The exit code that goes with the signal that the bootstrap was ended by; undefined when it was not. */
export function endingCode() {
  return ending === undefined ? undefined : 128 + constants.signals[ending];
}

function end(signal) {
  ending ??= signal;
  if (running === undefined) {
    process.exit(endingCode());
  }
  running.end(signal);
}

/**
 * Runs a program to its end and gives its exit code (128 + number when a signal ended it).
 * `endsByItself`: it ends in good order when the channel closes; others are ended then by end-with-parent.cjs.
 * `defaults`, `env`: variables below and above ours. `onMessage`: told what it sends. `capture`: told what it writes instead of showing it.
 */
export function runProgram(file, args, { endsByItself = false, defaults = {}, env = {}, onMessage, capture } = {}) {
  return new Promise((done, fail) => {
    const output = capture === undefined ? 'inherit' : 'pipe';
    const child = spawn(file, endsByItself ? args : ['--require', END_WITH_PARENT, ...args], {
      cwd: ROOT,
      stdio: [capture === undefined ? 'inherit' : 'ignore', output, output, 'ipc'],
      env: { ...defaults, ...process.env, ...env, ACIK_IYS_BOOTSTRAP_PID: String(process.pid) },
    });
    const hangUp = () => {
      if (child.connected) {
        child.disconnect();
      }
    };
    const current = {
      end: (signal) => {
        if (signal === 'SIGINT' && !endsByItself) {
          setTimeout(hangUp, AFTER_INTERRUPT_MS).unref();
        } else {
          hangUp();
        }
      },
    };
    running = current;
    if (ending !== undefined) {
      current.end(ending);
    }
    // The 'close' event of a child does not come after a disconnect: its end and that of its output are awaited apart.
    const finished = [new Promise((over) => child.on('exit', (code, signal) => over([code, signal])))];
    for (const stream of capture === undefined ? [] : [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => capture(bytes.toString()));
      finished.push(new Promise((over) => stream.on('close', over)));
    }
    if (onMessage !== undefined) {
      child.on('message', onMessage);
      // What it sent last may still be on its way when it has ended.
      finished.push(new Promise((over) => child.on('disconnect', over)));
    }
    child.on('error', (error) => {
      running = undefined;
      fail(faultOfSpawn(error, file));
    });
    Promise.all(finished).then(([[code, signal]]) => {
      running = undefined;
      done(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

function faultOfSpawn(error, file) {
  if (error.code === 'ENOENT' || error.code === 'ENOEXEC' || error.code === 'EACCES') {
    return new StartFault(
      `${file} çalıştırılamıyor (${error.code}): node_modules klasörünü silip yeniden deneyin; glibc olmayan sistemler (Alpine) desteklenmez.`,
      `${file} cannot be run (${error.code}): delete node_modules and try again; systems without glibc (Alpine) are not supported.`,
    );
  }
  return error;
}

/**
 * The processes from our parent up to npm; none when npm did not start us, since a shell that a person closes is no
 * reason to end then.
 */
function ancestorsUpToNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') {
    return [];
  }
  const found = [];
  for (let pid = process.ppid; pid > 1 && found.length < MOST_ANCESTORS; ) {
    const [parent, command] = parentAndCommand(pid);
    found.push(pid);
    if (/^npm\b|\bnpm-cli\.js\b|\/npm\b/.test(command)) {
      return found;
    }
    pid = parent;
  }
  // Another program than npm stands above: the parent alone is known to be there for us.
  return found.slice(0, 1);
}

function parentAndCommand(pid) {
  try {
    if (process.platform === 'linux') {
      return [Number(statOf(pid)[1]), readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    }
    const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [, parent, command] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    return [Number(parent), command ?? ''];
  } catch {
    return [0, ''];
  }
}

/** The fields of /proc/<pid>/stat after the name, which may hold blanks: state, parent, … */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** When a process was started, as the kernel counts it; undefined where it cannot be told. Tells a reused number apart. */
export function startOf(pid) {
  try {
    return process.platform === 'linux' ? statOf(pid)[19] : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process runs; one that is dead and not yet collected does not. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') {
      return false;
    }
  }
  try {
    return process.platform !== 'linux' || !['Z', 'X'].includes(statOf(pid)[0]);
  } catch {
    return false;
  }
}
