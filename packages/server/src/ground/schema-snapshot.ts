// The schema as PostgreSQL itself tells it, in a stable order: what the migrations come to. The committed copy
// (schema.sql, read by people) is compared with it by test/migrate.test.ts, so that a migration shows in a review what it
// does to the whole. It is for reading, not for running.

import type pg from 'pg';
import { APP_ROLE } from './database.ts';

const TABLES = `
  select c.oid, c.relname as name, array_to_string(c.reloptions, ', ') as options,
         (select string_agg(lower(a.privilege_type), ', ' order by a.privilege_type)
            from aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee where r.rolname = $1) as rights
    from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   order by c.relname`;

const COLUMNS = `
  select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
         a.attidentity as identity, pg_get_expr(d.adbin, d.adrelid) as value
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
   order by a.attnum`;

/** Without NOT NULL, which stands with its column (and is a constraint of its own since PostgreSQL 18). */
const CONSTRAINTS = `
  select conname as name, pg_get_constraintdef(oid) as text
    from pg_constraint where conrelid = $1 and contype <> 'n'
   order by case contype when 'p' then 0 when 'u' then 1 when 'f' then 2 else 3 end, conname`;

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) as text
    from pg_index i join pg_class c on c.oid = i.indexrelid
   where i.indrelid = $1 and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
   order by c.relname`;

/** Whatever else there may be; the house keeps its tables free of it. */
const OTHERS = `
  select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
                        when 'f' then 'foreign table' else 'type' end || ' ' || c.relname as text
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind not in ('r', 'p', 'i', 'I')
  union all
  select 'function ' || oid::regprocedure from pg_proc where pronamespace = 'public'::regnamespace
  union all
  select 'trigger ' || tgname || ' on ' || tgrelid::regclass from pg_trigger where not tgisinternal
  union all
  select 'policy ' || polname || ' on ' || polrelid::regclass from pg_policy
   order by 1`;

/** @param client a connection to a migrated database, of its owner */
export async function schemaSnapshot(client: pg.ClientBase): Promise<string> {
  const parts: string[] = [];
  for (const { oid, name, options, rights } of (await client.query(TABLES, [APP_ROLE])).rows) {
    const lines: string[] = [];
    for (const column of (await client.query(COLUMNS, [oid])).rows) lines.push(columnLine(column));
    for (const { name: constraint, text } of (await client.query(CONSTRAINTS, [oid])).rows)
      lines.push(`constraint ${constraint} ${text}`);
    const indexes = (await client.query(INDEXES, [oid])).rows.map(({ text }) => `${text};`);
    parts.push(
      [
        `create table ${name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${options ? ` with (${options})` : ''};`,
        ...indexes,
        `grant ${rights ?? 'nothing'} on ${name} to ${APP_ROLE};`,
      ].join('\n'),
    );
  }
  const others = (await client.query(OTHERS)).rows.map(({ text }) => `-- ${text}`);
  return `${[...parts, ['-- Besides:', ...others].join('\n')].join('\n\n')}\n`;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** '', or a (always) or d (by default). */
  readonly identity: string;
  readonly value: string | null;
}

function columnLine({ name, type, required, identity, value }: Column): string {
  const generated = identity === '' ? '' : ` generated ${identity === 'a' ? 'always' : 'by default'} as identity`;
  return `${name} ${type}${required ? ' not null' : ''}${generated}${value === null ? '' : ` default ${value}`}`;
}
