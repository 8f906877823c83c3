// What the official door may ask of the house.

import type { Calendar } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Config } from '../../ground/config.ts';
import type { Access, RateLimits } from '../../rooms/access/index.ts';
import type { Deliveries } from '../../rooms/deliveries/index.ts';
import type { Parties, Places } from '../../rooms/parties/index.ts';
import type { Refusals } from '../../rooms/refusals/index.ts';
import type { Registry } from '../../rooms/registry/index.ts';
import type { Reports } from '../../rooms/reports/index.ts';

export interface Rooms {
  readonly access: Access;
  readonly rateLimits: RateLimits;
  readonly registry: Registry;
  readonly parties: Parties;
  readonly places: Places;
  readonly reports: Reports;
  readonly deliveries: Deliveries;
  readonly refusals: Refusals;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly config: Config;
}
