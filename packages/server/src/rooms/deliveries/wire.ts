// What a receiver of push reads: movements in the wire's words, and the fixed record of the registration test.

import { channelOf, formatTime, recipientTypeOf, sourceName, sourceNumberOf, statusOf } from '@acik-iys/law';
import type { Movement } from '../registry/index.ts';

/** Sent to every address at its registration (official API, Push); it stands for nobody. */
export const TEST_PAGE = JSON.stringify({
  list: [
    {
      iysCode: 121212,
      brandCode: 121212,
      consentDate: '2015-05-01 15:00:00',
      creationDate: '2015-05-01 15:00:00',
      source: 'IYS_MOBIL',
      recipient: 'pushtest@iys.org.tr',
      recipientType: 'BIREYSEL',
      status: 'ONAY',
      type: 'EPOSTA',
      transactionId: 'e52ee30512adfcd2a41fb3b4682f5bd61eee5b1c92bda665fc0b7e56644d429d',
    },
  ],
});

/** Body of one delivery. A key without a value is absent (TACIR without date). */
export function pageOf(providerCode: number, brandId: number, movements: readonly Movement[]): string {
  return JSON.stringify({
    list: movements.map((movement) => ({
      iysCode: providerCode,
      brandCode: brandId,
      consentDate: movement.consentedAt === null ? undefined : formatTime(movement.consentedAt),
      creationDate: formatTime(movement.receivedAt),
      source: sourceName(sourceNumberOf(movement.state)),
      recipient: movement.address,
      recipientType: recipientTypeOf(movement.kind),
      status: statusOf(movement.state),
      type: channelOf(movement.kind),
      transactionId: movement.transactionId,
    })),
  });
}
