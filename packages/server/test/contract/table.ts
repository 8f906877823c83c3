// The table of the contract: every path × documented answer × code, and every example of a success, read from the two
// reduced copies beside this file; and the comparison of a recorded answer with a row. An example's texts are empty
// in the copies: sentences are our own.

import { readFileSync } from 'node:fs';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Content {
  readonly examples?: Readonly<Record<string, { readonly value: Json }>>;
}
interface Contract {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          { readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>> }
        >
      >
    >
  >;
}
export interface MatrixRow {
  readonly method: string;
  readonly status: number;
  readonly code: string | null;
  readonly envelope: string;
  readonly exampleName: string;
  readonly contentType?: string;
  readonly also?: readonly string[];
  readonly location?: readonly (string | number)[];
  readonly nth?: number;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
export const CONTRACT = read('./iys-openapi.json') as Contract;
export const MATRIX = read('./error-matrix.json') as Readonly<Record<string, readonly MatrixRow[]>>;

/** An answer of the server. */
export interface Recorded {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly body: unknown;
  /** The contract's name of what was sent, where the answer alone does not tell (tokens). */
  readonly example?: string | undefined;
}

export interface Row {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The code, or `-` for a success and for an answer of which the contract shows nothing. */
  readonly code: string;
  readonly contentType: string | undefined;
  /** Says the row in one line. */
  readonly name: string;
  matches(answer: Recorded): boolean;
  /** Whether the row asks for this key (in quotes). */
  mentions(key: string): boolean;
}

// ------------------------------------------------------------------------------------------------------ errors

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSentence = (value: unknown): boolean => typeof value === 'string' && value.length > 0;

/** These say the place as well, where the contract's example has none: it does no harm, and helps. */
const ALSO_OURS: Readonly<Record<string, readonly string[]>> = {
  H266: ['index', 'location'],
  H267: ['location', 'value'],
};

function itemMatches(item: unknown, row: MatrixRow): boolean {
  if (!isObject(item) || item['code'] !== row.code || !isSentence(item['message'])) return false;
  const wanted = ['code', 'message', ...(row.also ?? []), ...(row.location ? ['location'] : [])];
  if (row.envelope === 'errors[] code:') {
    if (item['code:'] !== row.code) return false;
    wanted.push('code:');
  }
  if (!wanted.every((name) => name in item)) return false;
  const allowed = [...wanted, 'code:', ...(ALSO_OURS[row.code ?? ''] ?? [])];
  if (!Object.keys(item).every((name) => allowed.includes(name))) return false;
  return row.location === undefined || JSON.stringify(item['location']) === JSON.stringify(row.location);
}

/** `rows`: the items that one example shows together, in their order. */
function errorMatches({ status, body, contentType, example }: Recorded, rows: readonly MatrixRow[]): boolean {
  const [row] = rows as [MatrixRow];
  if (status !== row.status || !contentType.startsWith(row.contentType ?? 'application/json')) return false;
  switch (row.envelope) {
    case 'errors[]':
    case 'errors[] code:': {
      if (!isObject(body) || !Array.isArray(body['errors'])) return false;
      const errors: readonly unknown[] = body['errors'];
      if (rows.length === 1) return errors.some((item) => itemMatches(item, row));
      return errors.length === rows.length && rows.every((one, at) => itemMatches(errors[at], one));
    }
    case 'error+error_description':
      // Two words for fifteen faults: only the answer to the very fault counts.
      return (
        example === row.exampleName &&
        isObject(body) &&
        body['error'] === row.code &&
        isSentence(body['error_description'])
      );
    case '[].error':
      return (
        Array.isArray(body) &&
        body.some(
          ({ status: word, error }) => word === 'failure' && error?.code === row.code && isSentence(error?.message),
        )
      );
    default:
      return false;
  }
}

function keysOf({ envelope, also, location }: MatrixRow): string[] {
  const keys = envelope.includes('+') ? envelope.split('+') : ['code', 'message'];
  return [...keys, ...(also ?? []), ...(location ? ['location'] : [])].map((key) => `"${key}"`);
}

function errorRows(): Row[] {
  const rows = new Map<string, Row>();
  for (const [path, all] of Object.entries(MATRIX)) {
    const groups = new Map<string, MatrixRow[]>();
    for (const [at, row] of all.entries()) {
      const { method, status, contentType, exampleName } = row;
      // Items of one example are compared together; otherwise two examples that say the same are one row.
      const name = row.nth === undefined ? `${at}` : [method, status, contentType, exampleName].join(' ');
      groups.set(name, [...(groups.get(name) ?? []), row]);
    }
    for (const group of groups.values()) {
      const [first] = group as [MatrixRow];
      const shown = group.map(({ code, location, also }) =>
        [code, ...(location ? [JSON.stringify(location)] : []), ...(also ? [`+${also}`] : [])].join(' '),
      );
      const name = [
        ...[first.method, path, first.status, first.envelope, shown.join(', ')],
        ...(first.contentType ? [first.contentType] : []),
        ...(first.envelope === 'error+error_description' ? [first.exampleName] : []),
      ].join(' ');
      rows.set(name, {
        method: first.method,
        path,
        status: first.status,
        code: group.map(({ code }) => code ?? '-').join(' '),
        contentType: first.contentType,
        name,
        matches: (answer) => errorMatches(answer, group),
        mentions: (key) => keysOf(first).includes(key),
      });
    }
  }
  return [...rows.values()];
}

// --------------------------------------------------------------------------------------------------- successes

/**
 * Whether a value has the shape of an example: JSON types, and at least its keys. Each item of a list must look like
 * one of the example's, and each of the example's must be there.
 */
export function hasShape(value: unknown, example: Json): boolean {
  if (example === null || typeof example !== 'object') return typeof value === typeof example;
  if (Array.isArray(example)) {
    if (!Array.isArray(value)) return false;
    return (
      value.every((item) => example.some((one: Json) => hasShape(item, one))) &&
      example.every((one: Json) => value.some((item: unknown) => hasShape(item, one)))
    );
  }
  return isObject(value) && Object.entries(example).every(([name, one]) => hasShape(value[name], one));
}

function successMatches(answer: Recorded, status: number, contentType: string, example: Json): boolean {
  if (answer.status !== status || !answer.contentType.startsWith(contentType)) return false;
  if (contentType !== 'application/json') return answer.text.length > 0;
  return hasShape(answer.body, example);
}

const isEmpty = (answer: Recorded, status: number): boolean => answer.status === status && answer.text === '';

/** Examples' values that are slips of the document, and what stands there instead. */
function mended(value: Json): Json {
  if (Array.isArray(value)) return value.map(mended);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    // A MERSİS number has sixteen digits and begins with 0: no JSON number.
    Object.entries(value).map(([name, one]) => [name, name === 'mersis' ? String(one) : mended(one as Json)]),
  );
}

function otherRows(known: readonly Row[]): Row[] {
  const rows: Row[] = [];
  for (const [path, operations] of Object.entries(CONTRACT.paths))
    for (const [word, { responses }] of Object.entries(operations))
      for (const [statusText, { content }] of Object.entries(responses)) {
        const method = word.toUpperCase();
        const status = Number(statusText);
        const base = { method, path, status, code: '-', mentions: () => false };
        const title = `${method} ${path} ${status}`;
        const examples = Object.entries(content ?? {}).flatMap(([contentType, { examples }]) =>
          Object.entries(examples ?? {}).map(([name, { value }]) => ({ contentType, name, value: mended(value) })),
        );
        if (status >= 300) {
          // An answer that is documented and of which no example shows a code.
          if (!known.some((row) => row.method === method && row.path === path && row.status === status))
            rows.push({
              ...base,
              contentType: undefined,
              name: title,
              matches: (answer) => answer.status === status,
            });
        } else if (status === 204 || examples.length === 0 || examples.every(({ value }) => value === 1)) {
          // The example `1` of three answers is a leftover: its release note 1.0.1 says that they have no body.
          rows.push({ ...base, contentType: undefined, name: title, matches: (answer) => isEmpty(answer, status) });
        } else
          for (const { contentType, name, value } of examples)
            rows.push({
              ...base,
              contentType,
              name: `${title} example ${name}`,
              matches: (answer) => successMatches(answer, status, contentType, value),
            });
      }
  return rows;
}

const ERROR_ROWS = errorRows();
export const ROWS: readonly Row[] = [...ERROR_ROWS, ...otherRows(ERROR_ROWS)];
