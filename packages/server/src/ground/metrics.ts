// Metrics in Prometheus text. Names and numbers only: no label carries an address, a brand or a user.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as Metrics } from 'prom-client';
import type { Database } from './database.ts';

/** So long a scrape waits for the database: well below the time that a scraper waits (Prometheus: 10 s). */
const DATABASE_DEADLINE_MS = 2_000;
/** Where the database did not say: the figures of pool and event loop are wanted then more than ever. */
const UNKNOWN = { parked: Number.NaN, maxBehind: Number.NaN };

export interface RequestMetrics {
  request(route: string, method: string, status: number, seconds: number): void;
  /** Answers also without the database; what only it knows is NaN then. */
  text(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

/** What is measured of the rooms; said in their own words so that the ground knows no room. */
export interface Measured {
  readonly database: Database;
  readonly registry: {
    readonly events: {
      on(name: 'round', listener: (statements: number, tasks: number, brands: number) => void): unknown;
    };
    waitingStatements(): number;
  };
  readonly deliveries: { lag(): Promise<{ subscriptions: number; parked: number; maxBehind: number }> };
}

export function openMetrics({ database, registry, deliveries }: Measured): RequestMetrics {
  const metrics = new Metrics();
  const registers = [metrics];
  collectDefaultMetrics({ register: metrics });

  const requests = new Histogram({
    name: 'acik_iys_request_seconds',
    help: 'Requests by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const rounds = new Counter({ name: 'acik_iys_rounds_total', help: 'Rounds committed or tried.', registers });
  const sizes = new Histogram({
    name: 'acik_iys_round_statements',
    help: 'Statements of a round.',
    buckets: [1, 2, 5, 10, 50, 100, 500, 1000, 5000],
    registers,
  });
  registry.events.on('round', (statements) => {
    rounds.inc();
    sizes.observe(statements);
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers, collect: () => made.set(read()) });
  };
  gauge('acik_iys_journal_waiting_statements', 'Statements that wait for a round.', () => registry.waitingStatements());
  gauge('acik_iys_pool_connections', 'Database connections open.', () => database.pool().total);
  gauge('acik_iys_pool_idle', 'Database connections idle.', () => database.pool().idle);
  gauge('acik_iys_pool_waiting', 'Callers that wait for a connection.', () => database.pool().waiting);
  const behind = new Gauge({
    name: 'acik_iys_push_behind',
    help: 'Movements that the slowest push address is behind.',
    registers,
  });
  const parked = new Gauge({
    name: 'acik_iys_push_parked',
    help: 'Push addresses parked after a day of failing.',
    registers,
  });
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  gauge('acik_iys_event_loop_delay_p99_seconds', 'Event-loop delay since the last look.', () => {
    const p99 = delay.percentile(99) / 1e9;
    delay.reset();
    return Number.isFinite(p99) ? p99 : 0;
  });

  return {
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    async text() {
      const lag = await Promise.race([
        deliveries.lag().catch(() => UNKNOWN),
        pause(DATABASE_DEADLINE_MS, UNKNOWN, { ref: false }),
      ]);
      behind.set(lag.maxBehind);
      parked.set(lag.parked);
      return await metrics.metrics();
    },
    contentType: metrics.contentType,
    close: () => delay.disable(),
  };
}
