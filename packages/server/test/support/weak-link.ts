// A link to a database that can be broken in every way: a TCP relay in front of PostgreSQL, whose target may move.
//
//   cut()            all connections at once, and none taken until mend()
//   hush()           bytes of the database reach nobody any more, without a word: a dead network
//   cutAtCommit()    the next COMMIT gets through or not, and its caller is cut off either way: a COMMIT in doubt

import { connect, createServer, type Server, type Socket } from 'node:net';

/** The simple query `COMMIT` as the driver sends it: type Q, length, text, NUL. */
const COMMIT = Buffer.concat([Buffer.from('Q'), Buffer.from([0, 0, 0, 11]), Buffer.from('commit\0')]);

export interface WeakLink {
  readonly port: number;
  /** Port of the database from now on. */
  target(port: number): void;
  cut(): void;
  hush(): void;
  mend(): void;
  /** @param delivered whether the database gets the COMMIT before the caller is cut off. Resolves when it happened. */
  cutAtCommit(delivered: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function weakLink(targetPort: number): Promise<WeakLink> {
  let target = targetPort;
  let state: 'whole' | 'cut' | 'hushed' = 'whole';
  let atCommit: { readonly delivered: boolean; readonly happened: () => void } | undefined;
  const pairs = new Set<{ caller: Socket; database: Socket }>();

  const server: Server = createServer((caller) => {
    if (state === 'cut') {
      caller.destroy();
      return;
    }
    const database = connect(target, '127.0.0.1');
    const pair = { caller, database };
    pairs.add(pair);
    let mute = false;
    const end = (): void => {
      pairs.delete(pair);
      caller.destroy();
      database.destroy();
    };
    for (const socket of [caller, database]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    caller.on('data', (bytes) => {
      if (atCommit && bytes.includes(COMMIT)) {
        const { delivered, happened } = atCommit;
        atCommit = undefined;
        mute = true;
        if (!delivered) {
          end();
          happened();
          return;
        }
        // The answer shows that the COMMIT is done; it reaches nobody.
        database.once('data', () => {
          end();
          happened();
        });
      }
      if (state !== 'hushed') database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (!mute && state !== 'hushed') caller.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cutAll = (): void => {
    for (const { caller, database } of pairs) {
      caller.destroy();
      database.destroy();
    }
  };
  return {
    port: (server.address() as { port: number }).port,
    target: (port) => {
      target = port;
    },
    cut: () => {
      state = 'cut';
      cutAll();
    },
    hush: () => {
      state = 'hushed';
    },
    mend: () => {
      state = 'whole';
    },
    cutAtCommit: (delivered) =>
      new Promise((happened) => {
        atCommit = { delivered, happened };
      }),
    close: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
