// The portal's routes as functions of the screens, typed by the server's own definition of them.

import type { Portal, PortalProblem, PortalRouteName } from '../../../server/src/doors/portal/contract.ts';

export type { Portal, PortalProblem, PortalRouteName };
export type AnswerOf<R extends PortalRouteName> = Portal[R]['answer'];

/** What the server said no to, in words for the person; `code` is `offline` where it was not reached. */
export class PortalError extends Error {
  readonly status: number;
  readonly problem: PortalProblem | undefined;

  constructor(status: number, problem: PortalProblem | undefined) {
    super(problem?.code ?? 'offline');
    this.status = status;
    this.problem = problem;
  }

  get code(): string {
    return this.problem?.code ?? 'offline';
  }
}

/** Somebody else was faster: what stands now is to be shown before it is tried again. */
export function isChanged(error: unknown): boolean {
  return error instanceof PortalError && error.code === 'thing.changed';
}

export interface Sent<R extends PortalRouteName> {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly body?: Portal[R]['body'];
  readonly query?: Portal[R]['query'];
  readonly signal?: AbortSignal;
}

/** When somebody last touched the page: what a page asks by itself after that does not keep its session. */
let touchedAt = performance.now();
const UNTOUCHED_AFTER_MS = 60_000;
for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchstart'])
  addEventListener(
    kind,
    () => {
      touchedAt = performance.now();
    },
    { capture: true, passive: true },
  );

/** Called where a session is over, whatever was asked: the application shows the log-in over what is there. */
let onSessionOver: () => void = () => undefined;
export function whenSessionOver(listener: () => void): void {
  onSessionOver = listener;
}

/** @throws PortalError */
export async function ask<R extends PortalRouteName>(
  route: R,
  { params = {}, body, query, signal }: Sent<R> = {},
): Promise<AnswerOf<R>> {
  const [method = 'GET'] = route.split(' ');
  let response: Response;
  try {
    response = await fetch(pathOf(route, params, (query ?? {}) as Record<string, unknown>), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(performance.now() - touchedAt > UNTOUCHED_AFTER_MS && { 'x-acik-iys-untouched': '1' }),
      },
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new PortalError(0, undefined);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as AnswerOf<R>;
  throw refusalOf(response.status, answer);
}

/** Called where a right for a brand has ended since the screen was shown. */
let onRightEnded: () => void = () => undefined;
export function whenRightEnded(listener: () => void): void {
  onRightEnded = listener;
}

/** The error of an answer that is none; tells the application where the session is over. */
export function refusalOf(status: number, answer: unknown): PortalError {
  const problem = (answer as PortalProblem | undefined)?.code === undefined ? undefined : (answer as PortalProblem);
  if (problem?.code === 'session.none' || problem?.code === 'session.second_factor') onSessionOver();
  if (problem?.code === 'desk.brand' || problem?.code === 'desk.channel') onRightEnded();
  return new PortalError(status, problem);
}

/** The address of a route, filled in. */
export function pathOf(
  route: string,
  params: Readonly<Record<string, string | number>>,
  query: Readonly<Record<string, unknown>> = {},
): string {
  const [, path = ''] = route.split(' ');
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return `/portal${filled}${search.size > 0 ? `?${search}` : ''}`;
}

/** A random uuid, also where the page is served over plain http in a local network. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
