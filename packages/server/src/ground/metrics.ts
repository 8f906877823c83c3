// Metrics in Prometheus text. Names and numbers only: no label carries an address, a brand or a user.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as Metrics } from 'prom-client';
import type { Database } from './database.ts';

export interface RequestMetrics {
  request(route: string, method: string, status: number, seconds: number): void;
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
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers,
      async collect() {
        made.set(await read());
      },
    });
  };
  gauge('acik_iys_journal_waiting_statements', 'Statements that wait for a round.', () => registry.waitingStatements());
  gauge('acik_iys_pool_connections', 'Database connections open.', () => database.pool().total);
  gauge('acik_iys_pool_idle', 'Database connections idle.', () => database.pool().idle);
  gauge('acik_iys_pool_waiting', 'Callers that wait for a connection.', () => database.pool().waiting);
  gauge(
    'acik_iys_push_behind',
    'Movements that the slowest push address is behind.',
    async () => (await deliveries.lag()).maxBehind,
  );
  gauge(
    'acik_iys_push_parked',
    'Push addresses parked after a day of failing.',
    async () => (await deliveries.lag()).parked,
  );
  // The labels are resolved once a series; there are as many as routes × statuses.
  const seriesOf = new Map<string, Histogram.Internal<'route' | 'method' | 'status'>>();
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  gauge('acik_iys_event_loop_delay_p99_seconds', 'Event-loop delay since the last look.', () => {
    const p99 = delay.percentile(99) / 1e9;
    delay.reset();
    return Number.isFinite(p99) ? p99 : 0;
  });

  return {
    request: (route, method, status, seconds) => {
      const name = `${method} ${status} ${route}`;
      let series = seriesOf.get(name);
      if (series === undefined) {
        series = requests.labels({ route, method, status });
        seriesOf.set(name, series);
      }
      series.observe(seconds);
    },
    text: () => metrics.metrics(),
    contentType: metrics.contentType,
    close: () => delay.disable(),
  };
}
