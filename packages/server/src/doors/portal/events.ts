// What moves, as it moves: a stream of server-sent events for one organisation's open screens. It says only which brand
// moved, or that the person has a message; the screen asks again for what it shows, by the routes and rights of every
// request. A right that ends closes the stream within RECHECK_MS, and the screen finds out by its next question. An open
// stream does not keep the session: a counter that is left alone is shut by its idle time.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Desk } from '../../rooms/access/index.ts';
import type { PortalRooms } from './rooms.ts';

/** Movements of one moment are one event: a batch of a thousand is no thousand questions. */
const GATHER_MS = 200;
/** A line without meaning, so that neither proxies nor our own silence limit close a quiet stream. */
const HEARTBEAT_MS = 25_000;
const RECHECK_MS = 30_000;
/** Streams of one process: each is a connection, and holds its desk. */
const STREAMS_MAX = 2_000;

export function openEvents(
  door: FastifyInstance,
  { registry, messages }: PortalRooms,
  { deskOf }: { readonly deskOf: (request: FastifyRequest) => Promise<Desk> },
): void {
  const streams = new Set<() => void>();
  door.addHook('preClose', async () => {
    for (const close of streams) close();
  });

  door.get('/organisations/:organisation/events', { schema: { hide: true } }, async (request, reply) => {
    let desk = await deskOf(request);
    // Who has gone meanwhile would hold a place for ever.
    if (request.raw.destroyed) return reply;
    if (streams.size >= STREAMS_MAX) return reply.code(503).send();
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    raw.write(': ok\n\n');

    const moved = new Set<number>();
    let gathering: NodeJS.Timeout | undefined;
    const onMovements = (brandId: number): void => {
      if (!desk.brands.some((brand) => brand.brandId === brandId)) return;
      moved.add(brandId);
      gathering ??= setTimeout(() => {
        gathering = undefined;
        raw.write(`data: ${JSON.stringify({ brands: [...moved] })}\n\n`);
        moved.clear();
      }, GATHER_MS);
    };
    const onTold = (accountId: number): void => {
      if (accountId === desk.accountId) raw.write('event: messages\ndata: {}\n\n');
    };
    registry.events.on('movements', onMovements);
    messages.events.on('told', onTold);
    const heartbeat = setInterval(() => raw.write(': \n\n'), HEARTBEAT_MS);
    const recheck = setInterval(() => {
      deskOf(request).then(
        (now) => {
          desk = now;
        },
        () => close(),
      );
    }, RECHECK_MS);
    const close = (): void => {
      streams.delete(close);
      registry.events.off('movements', onMovements);
      messages.events.off('told', onTold);
      clearInterval(heartbeat);
      clearInterval(recheck);
      clearTimeout(gathering);
      raw.end();
    };
    streams.add(close);
    raw.on('close', close);
    return reply;
  });
}
