// k. Fair share: one brand loads batches of 1000 on eight connections without a pause while another adds single consents
// one after the other. How long a single add takes, alone and beside the load, and how many rounds begin between its call
// and its answer (its own included): that is what it can have waited for.

import { BATCH, MESSAGE_KIND, newAddresses, newTelephone, wireStatement } from '../addresses.ts';
import { runLoad } from '../http-load.ts';
import { measured, percentile, type Row } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { BRANDS } from '../words.ts';

const LOADING_CONNECTIONS = 8;
const LOADING_BRAND = 0;
const SINGLE_BRAND = 1;
/** "A few": two in flight when it comes, and its own. */
const ROUNDS_MOST = 3;
/** Bodies made beforehand, so that the load is not held up by its own making. */
const BODIES_A_SECOND = 40;

export async function fairShare(stage: Stage): Promise<Row[]> {
  const seconds = stage.options.quick ? 3 : 20;
  const single = {
    port: stage.port,
    connections: 1,
    seconds,
    next: () => stage.toBrand(SINGLE_BRAND, 'POST', '/consents', wireStatement(MESSAGE_KIND, newTelephone())),
  };
  const alone = measured([await runLoad({ ...single, seconds: seconds / 3 })]);
  const bodies = Array.from({ length: seconds * BODIES_A_SECOND }, () =>
    stage.toBrand(
      LOADING_BRAND,
      'POST',
      '/consents/request',
      newAddresses(BATCH).map(({ kind, address }) => wireStatement(kind, address)),
    ),
  );
  const stop = new AbortController();
  const loading = runLoad({
    port: stage.port,
    connections: LOADING_CONNECTIONS,
    signal: stop.signal,
    next: () => bodies.pop() ?? null,
  });
  await stage.ask({ do: 'watch', brandId: BRANDS[SINGLE_BRAND] as number });
  const beside = measured([await runLoad(single)]);
  const rounds = await stage.ask({ do: 'watched' });
  stop.abort();
  const loaded = await loading;
  const most = Math.max(...rounds);
  return [
    {
      group: 'k',
      work: `Single add beside a brand that loads ${((loaded.done * BATCH) / loaded.seconds / 1000).toFixed(0)},000 rows/s; against itself alone`,
      unit: 'calls/s',
      ours: beside,
      against: alone,
      result: `p99 ${beside.p99.toFixed(1)} ms (alone ${alone.p99.toFixed(1)})`,
      reach: '-',
      pass: null,
      megabytes: await stage.megabytes(),
    },
    {
      group: 'k',
      work: `Rounds begun between its call and its answer, p50 / p99 / most of ${rounds.length}`,
      result: `${percentile(rounds, 0.5)} / ${percentile(rounds, 0.99)} / ${most}`,
      reach: `≤ ${ROUNDS_MOST}`,
      pass: most <= ROUNDS_MOST,
    },
  ];
}
