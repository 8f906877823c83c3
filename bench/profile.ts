// What a CPU profile says in a few lines: the functions in which the time itself is spent, and how much of it was idle.

import { readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { basename } from 'node:path';

const SHOWN = 25;

/** The functions with most time of their own, one a line. */
export function topFunctions(file: string): string[] {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile;
  const nameOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url === '' ? '' : `${basename(url)}:${lineNumber + 1}`}`.trim(),
    ]),
  );
  const own = new Map<string, number>();
  let total = 0;
  (samples ?? []).forEach((id, i) => {
    const name = nameOf.get(id) as string;
    const time = timeDeltas?.[i] ?? 0;
    own.set(name, (own.get(name) ?? 0) + time);
    total += time;
  });
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
}
