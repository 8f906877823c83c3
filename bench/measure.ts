// Samples and what is said about them: rates, percentiles, ratios. Work and its yardstick run in turns, one after the
// other, so that whatever else the machine does meets both; a ratio is the median over the turns.

/** What one run of some work gave. */
export interface Sample {
  /** Things done: calls, rows or addresses. */
  readonly done: number;
  readonly seconds: number;
  /** Milliseconds of each call; empty where nothing was timed. */
  readonly latencies: readonly number[];
  /** CPU that the server's process took meanwhile, in microseconds; absent where it had no part in it. */
  readonly cpu?: number;
}

/** Several samples of the same work. */
export interface Measured {
  /** Things a second, by turn. */
  readonly rates: readonly number[];
  /** The median of the turns. */
  readonly rate: number;
  /** Milliseconds a call, over all turns; NaN where nothing was timed. */
  readonly p50: number;
  readonly p99: number;
  /** CPU of the server's process for each thing done, in microseconds: hardly moved by what else the machine does. */
  readonly cpu?: number;
}

/** One line of the results. */
export interface Row {
  /** Letter of the group (`run.ts`). */
  readonly group: string;
  readonly work: string;
  /** States in the database before the work; absent where it does not matter. */
  readonly states?: number;
  readonly ours?: Measured;
  readonly against?: Measured;
  /** What is counted in the rates. */
  readonly unit?: string;
  /** The figure that is compared with the reach. */
  readonly result: string;
  readonly reach: string;
  /** null: told for information, or too short to judge. */
  readonly pass: boolean | null;
  /** Resident memory of the server after the work, in MB. */
  readonly megabytes?: number;
}

export function percentile(values: readonly number[], part: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function measured(samples: readonly Sample[]): Measured {
  const rates = samples.map(({ done, seconds }) => done / seconds);
  const latencies = samples.flatMap((sample) => sample.latencies);
  const cpus = samples.flatMap(({ cpu, done }) => (cpu === undefined ? [] : [cpu / done]));
  return {
    rates,
    rate: median(rates),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    ...(cpus.length > 0 && { cpu: median(cpus) }),
  };
}

/** Runs the works one after the other, `turns` times. */
export async function sideBySide<Name extends string>(
  turns: number,
  works: Readonly<Record<Name, () => Promise<Sample>>>,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(works) as Name[];
  const samples = new Map<Name, Sample[]>(names.map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn++)
    for (const name of names) (samples.get(name) as Sample[]).push(await works[name]());
  return Object.fromEntries(names.map((name) => [name, measured(samples.get(name) as Sample[])])) as Record<
    Name,
    Measured
  >;
}

/** Our rate as a part of the other's: the median over the turns. */
export function ratioOf(ours: Measured, against: Measured): number {
  return median(ours.rates.map((rate, turn) => rate / (against.rates[turn] as number)));
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`;
}

/** A row whose mark hangs on a ratio of rates. */
export function ratioRow(
  facts: Pick<Row, 'group' | 'work' | 'states' | 'unit' | 'megabytes'> & {
    readonly ours: Measured;
    readonly against: Measured;
    /** Least ratio, or undefined for a row that is told for information. */
    readonly least?: number;
  },
): Row {
  const { least, ...rest } = facts;
  const ratio = ratioOf(facts.ours, facts.against);
  return {
    ...rest,
    result: percent(ratio),
    reach: least === undefined ? '-' : `≥ ${percent(least)}`,
    pass: least === undefined ? null : ratio >= least,
  };
}
