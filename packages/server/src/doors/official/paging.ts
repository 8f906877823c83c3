// limit and offset of a list. Which of H182 and H183 means which differs from path to path in the contract.

import type { ErrorCode } from '@acik-iys/law';
import { type WireError, wireFault } from './answer.ts';

export interface PageCodes {
  /** Code of a limit that is no number or negative. */
  readonly limit: 'H182' | 'H183';
  readonly offset: 'H182' | 'H183';
  /** Largest limit, and the default. */
  readonly most: number;
}

/** Offsets beyond are nobody's: PostgreSQL's integer. */
const OFFSET_MAX = 2_147_483_647;

export function checkPage(
  query: Readonly<Record<string, unknown>>,
  codes: PageCodes,
): { limit: number; offset: number } | { errors: WireError[] } {
  const errors: WireError[] = [];
  const fault = (code: ErrorCode, field: string, value: unknown): void => {
    errors.push(wireFault({ code, location: [field], value, values: { limit: codes.most } }));
  };
  const given = (name: string): unknown => (query[name] === '' ? undefined : query[name]);
  const whole = (value: unknown): number | undefined =>
    typeof value === 'string' && /^\d{1,10}$/.test(value) && Number(value) <= OFFSET_MAX ? Number(value) : undefined;

  const offsetGiven = given('offset');
  const offset = offsetGiven === undefined ? 0 : whole(offsetGiven);
  if (offset === undefined) fault(codes.offset, 'offset', offsetGiven);
  const limitGiven = given('limit');
  const limit = limitGiven === undefined ? codes.most : whole(limitGiven);
  if (limit === undefined) fault(codes.limit, 'limit', limitGiven);
  else if (limit === 0) fault('H187', 'limit', limitGiven);
  else if (limit > codes.most) fault('H186', 'limit', limitGiven);
  return errors.length > 0 || limit === undefined || offset === undefined ? { errors } : { limit, offset };
}
