// The results as a table: shown, and put on top of the others in bench/RESULTS.md.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measured, Row } from './measure.ts';

const FILE = fileURLToPath(new URL('./RESULTS.md', import.meta.url));
const TITLE = `# Results of \`npm run bench\`

Each figure is a ratio of two works measured in turns in one run on one machine, with the load generator on it; absolute
rates say more about the machine than about the program. "Ours" and "Against" are the medians of the turns; p50 and p99
are milliseconds a call; "Server CPU" is the CPU
of the server's process (without PostgreSQL) for each row, call or address; memory is its resident memory after the work. What is measured how stands in the first
lines of the files in \`bench/groups/\`. The newest results come first.
`;

const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
const milliseconds = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));

function figures(measured: Measured | undefined): string {
  if (measured === undefined) return '';
  const times = Number.isNaN(measured.p50) ? '' : ` (${milliseconds(measured.p50)} / ${milliseconds(measured.p99)})`;
  return `${thousands(measured.rate)}${times}`;
}

export function table(rows: readonly Row[]): string {
  const head = [
    '',
    'Work',
    'States',
    'Ours (p50 / p99)',
    'Against (p50 / p99)',
    'Unit',
    'Server CPU',
    'Result',
    'Reach',
    '',
    'Memory',
  ];
  const lines = rows.map((row) => [
    row.group,
    row.work,
    row.states === undefined ? '' : thousands(row.states),
    figures(row.ours),
    figures(row.against),
    row.unit ?? '',
    row.ours?.cpu === undefined ? '' : `${row.ours.cpu.toFixed(row.ours.cpu < 100 ? 1 : 0)} µs`,
    row.result,
    row.reach,
    row.pass === null ? '-' : row.pass ? 'reached' : '**short**',
    row.megabytes === undefined ? '' : `${row.megabytes} MB`,
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function section(rows: readonly Row[], form: string, postgres: string, seconds: number): string {
  const when = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const memory = Math.round(totalmem() / 2 ** 30);
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory} GiB, ${process.platform} ${process.arch}`;
  const versions = `Node ${process.versions.node}, PostgreSQL ${postgres}`;
  return `## ${when} UTC, ${form}\n\n${machine}; ${versions}; took ${Math.round(seconds / 60)} min.\n\n${table(rows)}\n`;
}

/** Puts a section on top of the others. */
export function write(text: string): void {
  const before = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const at = before.indexOf('\n## ');
  writeFileSync(FILE, `${TITLE}\n${text}${at < 0 ? '' : before.slice(at)}`);
}
