// Where a list goes on that is ordered by time: behind a moment, and what stood there.

import { problem } from './problems.ts';

/** Epoch seconds, with the uuid of what stood at that moment. */
export interface Moment {
  readonly at: number;
  readonly id: string;
}

const MOMENT = /^(\d{1,12}(?:\.\d{1,6})?)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** @throws Problem where it is no cursor of ours */
export function momentOf(text: string | undefined): Moment | undefined {
  if (text === undefined) return undefined;
  const [, at, id] = MOMENT.exec(text) ?? [];
  if (at === undefined || id === undefined) throw problem('request.form');
  return { at: Number(at), id };
}

export function momentText({ at, id }: Moment): string {
  return `${at}_${id}`;
}
