import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openCluster } from '../src/ground/cluster.ts';
import { openDatabase } from '../src/ground/database.ts';
import { migrate } from '../src/ground/migrate.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import { openRegistry } from '../src/rooms/registry/index.ts';
import { systemClock } from '../src/ground/clock.ts';
import { makeBrandScope, FULL_RIGHTS } from '../src/rooms/access/scope.ts';
import { openFiles } from '../src/ground/files.ts';
import { permissionsSheet, movementsSheet } from '../src/rooms/reports/report-files.ts';
import { movementPieces } from '../src/rooms/reports/pieces.ts';
import { writeCsv, writeXlsx } from '../src/rooms/imports/index.ts';
const N = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'perf-'));
const cluster = await openCluster({ folder, fsync: false });
await migrate(cluster.url);
const c = new pg.Client({ connectionString: cluster.url });
await c.connect();
await c.query(`insert into provider (provider_code, title) values (1, 'D'); insert into brand (brand_id, provider_code, name, master) values (1,1,'m',true),(2,1,'m',false); insert into brand_journal (brand_id) values (1),(2)`);
const keys = new AddressKeys(Buffer.alloc(32, 7));
const t0 = performance.now();
for (let at = 0; at < N; at += 10_000) {
  const list = keys.telephoneKeys(Array.from({ length: 10_000 }, (_, i) => `+9053${String(at + i).padStart(8, '0')}`));
  for (const b of [1, 2]) {
  await c.query(`insert into movement (brand_id, kind, state, seq, address, consented_at, received_at, nonce, actor, door)
    select $3::int, 2, 7, $2::int8 + o, a, now() - interval '2 days', now() - interval '2 days', (random()*281474976710655)::int8, 1, 3 from unnest($1::uuid[]) with ordinality x(a,o)`, [`{${list.join(',')}}`, at, b]);
  await c.query(`insert into consent (brand_id, kind, state, address, consented_at, last_seq)
    select $3::int, 2, 7, a, now() - interval '2 days', $2::int8 + o from unnest($1::uuid[]) with ordinality x(a,o) order by a`, [`{${list.join(',')}}`, at, b]);
  }
}
// a tenth changed since
await c.query(`insert into movement (brand_id, kind, state, old_state, prev_seq, seq, address, consented_at, received_at, nonce, actor, door)
  select 1, 2, 6, 7, seq, ${N} + row_number() over (), address, now(), now(), 1, 1, 3 from movement where brand_id = 1 and seq % 10 = 0`);
await c.query(`update consent c set state = 6, last_seq = m.seq from movement m where m.brand_id = 1 and c.brand_id = 1 and m.seq > ${N} and m.address = c.address`);
await c.query(`update brand_journal set last_seq = ${N} + ${N} / 10, last_at = now()`);
console.log('filled', ((performance.now() - t0) / 1000).toFixed(1));
const database = openDatabase({ url: cluster.url, role: undefined, connectionsMax: 4 });
const registry = openRegistry({ database, clock: systemClock, keys });
const scope = makeBrandScope({ actor: 1, providerCode: 1, brandId: 1, rights: FULL_RIGHTS, reconciliation: true, strictness: 'official', historicLoadOpen: false });
const files = openFiles({ folder: join(folder, 'files'), secret: Buffer.alloc(32, 7) });
const p = { format: 'csv', language: 'tr', from: null, to: '2026-11-24', kinds: [0,1,2,3,4,5], status: null, source: null, side: null, clear: true } as const;
async function measure(name: string, make: () => any) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = 0; const t = performance.now();
  const timer = setInterval(() => { most = Math.max(most, process.memoryUsage().rss); }, 20);
  const d = await files.write(make());
  clearInterval(timer);
  console.log(name, ((performance.now() - t) / 1000).toFixed(1), 's', (d.bytes / 1e6).toFixed(0), 'MB file; rss', (before / 2**20).toFixed(0), '→ most', (most / 2**20).toFixed(0));
  await d.discard();
}
let rows = 0;
for (const analysed of [false, true]) {
  if (analysed) await c.query('vacuum analyze');
  await measure(`permissions before=${N} analysed=${analysed}`, () => writeCsv(permissionsSheet(p, registry.standing(scope, { kinds: p.kinds, seq: N, before: 0 }), (n) => { rows += n; })));
  console.log(rows); rows = 0;
  await measure(`movements analysed=${analysed}`, () => writeCsv(movementsSheet(p, movementPieces(registry, 1, { first: 1, last: N }), (n) => { rows += n; })));
  console.log(rows); rows = 0;
}
const { STANDING } = await import('../src/rooms/registry/read-sql.ts');
const { rows: plan } = await c.query(`explain (analyze, buffers) ${STANDING.text.replace('$1', '$1::int')}`, [1, 2, '80000000-0000-0000-0000-000000000000', 2000, N, 0]);
console.log(plan.map((r) => r['QUERY PLAN']).join('\n'));
const x = { ...p, format: 'xlsx' } as const;
await measure('xlsx 100k', () => writeXlsx([movementsSheet(x, movementPieces(registry, 1, { first: 1, last: 100_000 }), () => {})]));
for (const q of [{}, {side: 'IYS'}, {status: 'RET'}] as const) { const t = performance.now(); const r = await registry.newest(scope, { from: '2026-01-01', to: '2026-12-31', kinds: p.kinds, limit: 50, ...q }); console.log('newest', q, r.list.length, (performance.now() - t).toFixed(0)); }
await database.close(); await c.end(); await cluster.stop();
