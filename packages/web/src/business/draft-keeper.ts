// Puts what is typed on the server, place by place. Lives as long as the page, beside the screens: a screen that is left
// loses nothing.

import { type AnswerOf, ask, PortalError } from '../api/client.ts';

export type DraftPlace = AnswerOf<'GET /organisations/:organisation/overview'>['waiting']['drafts'][number]['place'];

const KEEP_AFTER_MS = 700;
const AGAIN_AFTER_MS = 5_000;

/**
 * Puts what is typed in one place on the server, one call after the other: a draft that is done with does not come back
 * by a save that was still on its way. Lives as long as the page, so what a session's end kept from being saved is there
 * when the same person has logged in again.
 */
class Keeper {
  readonly #params: { readonly organisation: number; readonly place: DraftPlace };
  #line: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the server may have one. */
  #lies = true;
  /** What the server does not have yet. */
  unsaved: object | undefined;
  /** Seconds; when the server took the last one. */
  onKept: (at: number) => void = () => undefined;

  constructor(organisation: number, place: DraftPlace) {
    this.#params = { organisation, place };
  }

  keep(content: object): void {
    this.unsaved = content;
    this.#soon(KEEP_AFTER_MS);
  }

  /** Waits for the next change, or for somebody who asks for what is unsaved. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  done(): Promise<void> {
    this.pause();
    this.unsaved = undefined;
    this.#line = this.#line.then(async () => {
      if (!this.#lies) return;
      await ask('DELETE /organisations/:organisation/drafts/:place', { params: this.#params }).then(
        () => {
          this.#lies = false;
        },
        () => undefined,
      );
    });
    return this.#line;
  }

  #soon(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#line = this.#line.then(() => this.#save());
    }, wait);
  }

  async #save(): Promise<void> {
    const content = this.unsaved;
    if (content === undefined) return;
    try {
      this.#lies = true;
      await ask('PUT /organisations/:organisation/drafts/:place', { params: this.#params, body: { content } });
      if (this.unsaved === content) this.unsaved = undefined;
      this.onKept(Math.floor(Date.now() / 1_000));
    } catch (error) {
      if (!(error instanceof PortalError)) throw error;
      // A broken line is tried again; what the server refused waits for the next change.
      if (error.status === 0 || error.status >= 500) this.#soon(AGAIN_AFTER_MS);
    }
  }
}

const keepers = new Map<string, Keeper>();
/** Whose they are: who logs in after somebody else does not find what that one typed. */
let owner: string | undefined;

/** The session is over: what is unsaved stays in the page's memory for the person whose it is, and is not sent. */
export function pauseDrafts(): void {
  for (const keeper of keepers.values()) keeper.pause();
}
/** Somebody else may sit here now. */
export function forgetDrafts(): void {
  pauseDrafts();
  keepers.clear();
}

export function keeperOf(person: string | undefined, organisation: number, place: DraftPlace): Keeper {
  if (person !== undefined && person !== owner) {
    forgetDrafts();
    owner = person;
  }
  const name = `${organisation} ${place}`;
  const keeper = keepers.get(name) ?? new Keeper(organisation, place);
  keepers.set(name, keeper);
  return keeper;
}
