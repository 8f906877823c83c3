// A person at the desk, for tests: enters as one of the demo's people over HTTP and calls the portal's routes.

import { makePeople } from '../../src/demo.ts';
import type { Portal, PortalProblem, PortalRouteName } from '../../src/doors/portal/contract.ts';
import type { TestServer } from './server.ts';

export interface DeskAnswer<T> {
  readonly status: number;
  readonly body: T;
  readonly problem: PortalProblem;
}

export interface DeskCaller {
  /** One call of a route; `params` fill its path. */
  call<R extends PortalRouteName>(
    route: R,
    sent?: {
      readonly params?: Readonly<Record<string, string | number>>;
      readonly body?: Portal[R]['body'];
      readonly query?: Portal[R]['query'];
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<DeskAnswer<Portal[R]['answer']>>;
  /** The session's cookie, as a Cookie header. */
  cookie: string;
}

/** A caller without a session. */
export function anybody(server: Pick<TestServer, 'call'>): DeskCaller {
  const caller: DeskCaller = {
    cookie: '',
    async call(route, { params = {}, body, query, headers } = {}) {
      const [method, path] = route.split(' ') as [string, string];
      const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
      const search = query === undefined ? '' : `?${new URLSearchParams(query as Record<string, string>)}`;
      const answer = await server.call(method, `/portal${filled}${search}`, {
        ...(body !== undefined && { body }),
        headers: { ...(caller.cookie !== '' && { cookie: caller.cookie }), ...headers },
      });
      const set = answer.headers.get('set-cookie');
      if (set !== null) caller.cookie = set.split(';')[0] ?? '';
      return { status: answer.status, body: answer.body as never, problem: answer.body as PortalProblem };
    },
  };
  return caller;
}

/** Makes the demo's people, once for a server, and enters as one of them. The server's configuration has `demo`. */
export async function enter(server: TestServer, account: string): Promise<DeskCaller> {
  await makePeople(server.rooms);
  const caller = anybody(server);
  const answer = await caller.call('POST /session/demo', { body: { account } });
  if (answer.status !== 200) throw new Error(`no entrance as ${account}: ${answer.status}`);
  return caller;
}
