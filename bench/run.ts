// `npm run bench`: measures the server against yardsticks in the same run and on the same machine, and says where it
// reaches what was set (the table of the first lines of `groups/`).
//
//   npm run bench                      all groups at 1 million states, b to f again at 10 million; some 45 minutes
//   npm run bench -- --quick           all groups, little of each, 100,000 states; under two minutes
//   --only b,c     these groups only          --states N       states in the database to begin with
//   --huge         100 million states as well --profile FOLDER CPU profiles of the server, by group
//   --write        results of a part into bench/RESULTS.md as well (a whole run is always written)
//
// A short result is no failure: the exit code tells only whether everything ran.

import { parseArgs } from 'node:util';
import { batch } from './groups/batch.ts';
import { changes } from './groups/changes.ts';
import { desk } from './groups/desk.ts';
import { empty } from './groups/empty.ts';
import { fairShare } from './groups/fair-share.ts';
import { memory } from './groups/memory.ts';
import { multipleStatus } from './groups/multiple-status.ts';
import { refusal } from './groups/refusal.ts';
import { singleAdd, singleStatus } from './groups/small-calls.ts';
import { start } from './groups/start.ts';
import { percent, type Row } from './measure.ts';
import { section, table, write } from './report.ts';
import { openStage, type Stage } from './stage.ts';
import { BRANDS } from './words.ts';

/** Groups on a filled database, readers first: what writes comes after what is measured at a stated size. */
const GROUPS: Readonly<Record<string, (stage: Stage) => Promise<Row[]>>> = {
  a: empty,
  c: singleStatus,
  e: multipleStatus,
  f: changes,
  d: singleAdd,
  b: batch,
  h: refusal,
  k: fairShare,
  j: memory,
};
/** Measured again at each further size, and compared with themselves at the first (g). */
const GROUPS_BY_SIZE = ['c', 'e', 'f', 'd', 'b'];
/** Groups of these that are measured against the empty route. */
const YARDSTICK_WITHOUT_SIZE = ['c', 'd'];
const ALL = [...Object.keys(GROUPS), 'g', 'i', 'l'];
const LEAST_AT_SIZE = 0.75;
const MILLION = 1_000_000;
const QUICK_STATES = 100_000;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    states: { type: 'string' },
    huge: { type: 'boolean', default: false },
    profile: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const only = values.only?.split(',').map((letter) => letter.trim());
for (const letter of only ?? [])
  if (!ALL.includes(letter)) fail(`--only ${letter}: groups are ${ALL.sort().join(', ')}`);
const wants = (letter: string): boolean => only === undefined || only.includes(letter);
const states = Number(values.states ?? (values.quick ? QUICK_STATES : MILLION));
/** A list look-up takes a thousand different telephones of one brand. */
const STATES_LEAST = BRANDS.length * 2_000;
if (!Number.isInteger(states) || states < STATES_LEAST || states % BRANDS.length !== 0)
  fail(`--states: a multiple of ${BRANDS.length}, at least ${STATES_LEAST}`);

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}

// The folders and the database go away on exit, whichever way it comes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

const began = performance.now();
const say = (line: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}`);

async function run(): Promise<void> {
  const rows: Row[] = [];
  const measure = async (letter: string, work: () => Promise<Row[]>): Promise<Row[]> => {
    say(`${letter} …`);
    const measured = await work();
    rows.push(...measured);
    console.log(table(measured).split('\n').slice(2).join('\n'));
    return measured;
  };
  if (wants('i')) await measure('i', start);
  if (wants('l')) await measure('l', () => desk(states));
  const stage = await openStage({ quick: values.quick, profileFolder: values.profile, say });
  say(`filling to ${states} states`);
  await stage.fillTo(states);
  const first: Row[] = [];
  for (const [letter, group] of Object.entries(GROUPS))
    if (wants(letter)) first.push(...(await measure(letter, () => group(stage))));

  const sizes = values.quick || !wants('g') ? [] : [10 * MILLION, ...(values.huge ? [100 * MILLION] : [])];
  for (const size of sizes.filter((size) => size > states)) {
    say(`filling to ${size} states`);
    await stage.fillTo(size);
    for (const letter of GROUPS_BY_SIZE.filter(wants)) {
      const later = await measure(letter, () => (GROUPS[letter] as (stage: Stage) => Promise<Row[]>)(stage));
      rows.push(...bySize(first, later));
    }
  }
  await stage.close();
  const whole = only === undefined && !values.quick;
  const form = `${values.quick ? 'quick form' : 'full form'}${only ? ` (groups ${only.join(', ')})` : ''}`;
  rows.sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : (a.states ?? 0) - (b.states ?? 0)));
  const text = section(rows, form, stage.postgres, (performance.now() - began) / 1000);
  console.log(`\n${text}`);
  if (whole || values.write) write(text);
}

/** g: our rates against our rates at the first size. */
function bySize(first: readonly Row[], later: readonly Row[]): Row[] {
  const done = new Set<unknown>();
  return later.flatMap((row) => {
    const before = first.find(({ work }) => work === row.work);
    if (!row.ours || !before?.ours || row.pass === null || done.has(row.ours)) return [];
    done.add(row.ours);
    const ratio = row.ours.rate / before.ours.rate;
    // The empty route knows no size: what it lost meanwhile, the machine lost. Other yardsticks grow with the data.
    const steady =
      YARDSTICK_WITHOUT_SIZE.includes(row.group) && row.against && before.against
        ? ` (${percent((ratio * before.against.rate) / row.against.rate)} beside the empty route)`
        : '';
    return [
      {
        group: 'g',
        work: `${row.work.replace(/, against .*/, '')}: against itself at ${(before.states ?? 0) / MILLION} million states`,
        ...(row.states !== undefined && { states: row.states }),
        ...(row.unit !== undefined && { unit: row.unit }),
        ours: row.ours,
        against: before.ours,
        result: `${percent(ratio)}${steady}`,
        reach: `> ${percent(LEAST_AT_SIZE)}`,
        pass: ratio > LEAST_AT_SIZE,
      },
    ];
  });
}

await run();
process.exit(0);
