// A process that sends mails and does nothing else, for tests that kill it.
// Arguments: address of the database, address of the mail server, sender, master secret in hex.

import { systemClock } from '../../src/ground/clock.ts';
import { APP_ROLE, openDatabase } from '../../src/ground/database.ts';
import { AddressKeys } from '../../src/ground/keys.ts';
import { openLog } from '../../src/ground/log.ts';
import { openNotices } from '../../src/rooms/notices/index.ts';

const [, , url = '', smtpUrl = '', from = '', secret = ''] = process.argv;
openNotices({
  database: openDatabase({ url, role: APP_ROLE, connectionsMax: 4 }),
  clock: systemClock,
  log: openLog('warn'),
  keys: new AddressKeys(Buffer.from(secret, 'hex')),
  smtpUrl,
  from,
}).start();
process.on('disconnect', () => process.exit());
