// The server as it serves, in a process of its own, with three things added for the bench: the empty route (parse the
// body, authenticate, answer a constant), the bench's providers, and a line (IPC) for memory, profiles, citizens'
// refusals and the counting of rounds. Addresses come by environment, as for main.ts.

import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { kindOf, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import { parseJson } from '../packages/server/src/doors/official/body.ts';
import { systemClock } from '../packages/server/src/ground/clock.ts';
import { readConfig } from '../packages/server/src/ground/config.ts';
import { APP_ROLE, openDatabase } from '../packages/server/src/ground/database.ts';
import { openLog } from '../packages/server/src/ground/log.ts';
import type { Rooms } from '../packages/server/src/house.ts';
import { openHouse } from '../packages/server/src/house.ts';
import { DOORS } from '../packages/server/src/rooms/registry/index.ts';
import {
  type Answers,
  type Ask,
  accountOf,
  brandsOf,
  EMPTY_ANSWER,
  EMPTY_PATH,
  PROVIDERS,
  providerOf,
  SECRET,
} from './words.ts';

const config = readConfig(process.env, process.cwd());
const database = openDatabase({
  url: config.databaseUrl as string,
  role: APP_ROLE,
  connectionsMax: config.databaseConnections,
});

let watchedBrand: number | undefined;
let roundsBegun = 0;
const roundsWaited: number[] = [];

/** The registry, with the rounds counted that a watched brand's call sees begin, its own included. */
function watching(rooms: Rooms): Rooms {
  const { registry } = rooms;
  registry.events.on('round', () => {
    roundsBegun += 1;
  });
  return {
    ...rooms,
    registry: {
      ...registry,
      record(scope, statements, entry) {
        if (scope.brandId !== watchedBrand) return registry.record(scope, statements, entry);
        const before = roundsBegun;
        return registry.record(scope, statements, entry).finally(() => roundsWaited.push(roundsBegun - before));
      },
    },
  };
}

const house = await openHouse(
  {
    config,
    database,
    clock: systemClock,
    log: openLog(config.logLevel),
    secret: SECRET,
    filesFolder: join(config.dataFolder, 'files'),
  },
  watching,
);
const { rooms, app } = house;

for (const providerCode of PROVIDERS) {
  const now = systemClock.now();
  await rooms.parties.createProvider({
    providerCode,
    title: `Ölçüm ${providerCode} A.Ş.`,
    brands: brandsOf(providerCode).map((brandId) => ({
      brandId,
      name: `Marka ${brandId}`,
      master: brandId === providerCode,
    })),
    subscription: {
      packageName: 'Bench',
      startsAt: now - 86_400,
      expiresAt: now + 365 * 86_400,
      consentLimit: 1_000_000,
      consentLimitExceed: true,
    },
  });
  await rooms.access.createAccount({ ...accountOf(providerCode), role: 'API_USER', providerCode });
}

app.post(EMPTY_PATH, { schema: { hide: true } }, async (request, reply) => {
  const principal = await rooms.access.principal(request.headers.authorization, request.ip);
  if (principal === undefined || !parseJson(request.body).ok) return reply.code(400).send('');
  return reply.header('content-type', 'application/json; charset=utf-8').send(EMPTY_ANSWER);
});

const session = new Session();

async function answer(ask: Ask): Promise<Answers[Ask['do']]> {
  switch (ask.do) {
    case 'usage': {
      const { user, system } = process.cpuUsage();
      return { memory: process.memoryUsage.rss(), cpu: user + system };
    }
    case 'profile-start':
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
      return null;
    case 'profile-stop': {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      writeFileSync(ask.file, JSON.stringify(profile));
      return null;
    }
    case 'refuse': {
      const provider = providerOf(ask.brandId);
      const principal = await rooms.access.principalOf(accountOf(provider).email);
      const scoped = principal && rooms.access.brandScope(principal, provider, ask.brandId);
      if (!scoped || !('scope' in scoped)) throw new Error('the bench has no scope for its own brand');
      const [outcome] = await rooms.registry.record(
        scoped.scope,
        [
          {
            kind: kindOf(1, 0),
            address: ask.address,
            status: RET,
            source: SOURCE_NUMBERS.IYS_KISAMESAJ,
            consentedAt: systemClock.now(),
            retailer: null,
          },
        ],
        { door: DOORS.citizen },
      );
      if (outcome?.kind !== 'accepted')
        throw new Error(`a citizen's refusal was not taken: ${JSON.stringify(outcome)}`);
      return performance.timeOrigin + performance.now();
    }
    case 'watch':
      watchedBrand = ask.brandId;
      roundsWaited.length = 0;
      return null;
    case 'watched':
      return roundsWaited;
  }
}

process.on('message', ({ id, ask }: { id: number; ask: Ask }) => {
  answer(ask).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
// Ctrl-C goes to the whole group; the bench says when it is over.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => {
  void house
    .close()
    .then(() => database.close())
    .finally(() => process.exit(0));
});

await app.listen({ port: 0, host: '127.0.0.1' });
house.startWork();
process.send?.({ port: (app.server.address() as AddressInfo).port });
