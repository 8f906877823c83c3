// PostgreSQL array literals: a list handed over as one string costs half of what the driver's own conversion does.
// For numbers, uuids and hex only: nothing that would need quoting.

export function numbers(values: readonly (number | null)[]): string {
  let text = '{';
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ',';
    text += values[i] === null ? 'null' : values[i];
  }
  return `${text}}`;
}

/** Null where no entry is set: `unnest` of several arrays then fills the column with nulls by itself. */
export function numbersOrNull(values: readonly (number | null)[]): string | null {
  return values.every((value) => value === null) ? null : numbers(values);
}

/** uuids (with or without dashes), booleans, or other words without quotes, commas, braces and blanks. */
export function words(values: readonly (string | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`;
}

export function wordsOrNull(values: readonly (string | null)[]): string | null {
  return values.every((value) => value === null) ? null : words(values);
}

/** bytea values given as hex. */
export function bytesOrNull(values: readonly (string | null)[]): string | null {
  return values.every((value) => value === null)
    ? null
    : `{${values.map((value) => (value === null ? 'null' : `"\\\\x${value}"`)).join(',')}}`;
}

/** A list of arrays of numbers, as text[]. */
export function lists(values: readonly (readonly number[])[]): string {
  return `{${values.map((value) => `"${numbers(value)}"`).join(',')}}`;
}
