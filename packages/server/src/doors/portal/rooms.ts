// What the portal's door may ask of the house.

import type { Calendar } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Config } from '../../ground/config.ts';
import type { Access, ApiUsers, Desks, Invitations, People, Staff } from '../../rooms/access/index.ts';
import type { Activities, TypedAddresses } from '../../rooms/activity/index.ts';
import type { Deliveries } from '../../rooms/deliveries/index.ts';
import type { Drafts, Entries, Lists } from '../../rooms/entries/index.ts';
import type { Evidence } from '../../rooms/evidence/index.ts';
import type { Messages } from '../../rooms/messages/index.ts';
import type { Parties, Places } from '../../rooms/parties/index.ts';
import type { Refusals } from '../../rooms/refusals/index.ts';
import type { Registry } from '../../rooms/registry/index.ts';
import type { ReportJobs, Reports } from '../../rooms/reports/index.ts';
import type { References } from './references.ts';

export interface PortalRooms {
  readonly people: People;
  readonly desks: Desks;
  readonly staff: Staff;
  readonly access: Pick<Access, 'brandsOfProvider' | 'forgetRights' | 'subscriptionOf'>;
  readonly apiUsers: ApiUsers;
  readonly deliveries: Deliveries;
  readonly invitations: Invitations;
  readonly parties: Parties;
  readonly places: Places;
  readonly activities: Activities;
  readonly typedAddresses: TypedAddresses;
  readonly entries: Entries;
  readonly drafts: Drafts;
  readonly lists: Lists;
  readonly messages: Messages;
  readonly refusals: Refusals;
  readonly evidence: Evidence;
  readonly registry: Registry;
  readonly reports: Reports;
  readonly reportJobs: ReportJobs;
  readonly references: References;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly config: Config;
}
