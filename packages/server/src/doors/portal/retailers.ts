// Retailers at the desk. Who may not manage them sees them all the same, as the official API shows them to whoever may
// read the brand; a retailer's own user sees his shop and nobody else's; an intermediary sees none (law.md, rule 27).

import { CHANNELS, type ErrorCode, kindOf, mask, normaliseTelephone, RECIPIENT_TYPES, type Words } from '@acik-iys/law';
import type { DeskBrand } from '../../rooms/access/index.ts';
import type { FoundRetailer, Retailer, RetailerCursor, RetailerFault } from '../../rooms/parties/index.ts';
import { brandFor, type DeskCall, type Handlers, numberOf } from './call.ts';
import type { Portal } from './contract.ts';
import { addressOf, kindsOf } from './people.ts';
import { fieldProblem, formProblem, type Problem, problem } from './problems.ts';

type AnyDeskCall = Pick<DeskCall<'GET /organisations/:organisation'>, 'rooms' | 'desk' | 'params'>;
type Row = Portal['GET /organisations/:organisation/retailers']['answer']['retailers'][number];
type Person = NonNullable<
  Portal['GET /organisations/:organisation/brands/:brand/retailers/:retailer']['answer']['people']
>[number];

const PAGE = 50;

/** The fields of the form that faults name, as people know them. */
const FIELDS: Readonly<Record<string, Words>> = {
  title: { tr: 'Unvan', en: 'The title' },
  name: { tr: 'Ad', en: 'The name' },
  alias: { tr: 'Kısa ad', en: 'The short name' },
};
/** Beside which field a fault is shown that does not name it itself. */
const FIELD_OF: Readonly<Partial<Record<ErrorCode, string>>> = {
  H214: 'title',
  H215: 'name',
  H216: 'tckn',
  H225: 'tckn',
  H226: 'tckn',
  H231: 'tckn',
  H243: 'tin',
  H244: 'tin',
  H288: 'tin',
  H227: 'mersis',
  H228: 'mersis',
  H230: 'mersis',
  H224: 'mobile',
  H217: 'city',
  H220: 'town',
  H067: 'title',
};

/** Brands whose retailers may be seen here. */
function readable({ desk }: Pick<AnyDeskCall, 'desk'>): readonly DeskBrand[] {
  return desk.organisation.kind === 'intermediary' ? [] : desk.brandsFor('ask');
}

function rowOf({ brandId, retailerCode, title, alias, city, town, status }: FoundRetailer): Row {
  return { brandId, retailerCode, title, alias, city: city.name, town: town.name, status };
}

function cursorOf(text: string | undefined): RetailerCursor | undefined {
  if (text === undefined) return undefined;
  try {
    const [title, brandId, retailerCode] = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isCursor = typeof title === 'string' && !title.includes('\0') && [brandId, retailerCode].every(isCode);
    if (isCursor) return { title, brandId, retailerCode };
  } catch {
    // No cursor of ours.
  }
  throw problem('request.form');
}

function isCode(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31;
}

function cursorText({ title, brandId, retailerCode }: RetailerCursor): string {
  return Buffer.from(JSON.stringify([title, brandId, retailerCode])).toString('base64url');
}

/** The retailer of the path, where it may be seen. @throws Problem */
async function retailerOf(call: AnyDeskCall): Promise<{ brand: DeskBrand; retailer: Retailer }> {
  const code = numberOf(call, 'retailer');
  const brand = readable(call).find(
    ({ brandId, retailerCode }) => brandId === numberOf(call, 'brand') && (retailerCode ?? code) === code,
  );
  const retailer = brand === undefined ? null : await call.rooms.parties.retailer(brand.scope, code);
  if (brand === undefined || retailer === null) throw problem('thing.unknown');
  return { brand, retailer };
}

/** The brand of the path, where the person manages its retailers. @throws Problem */
function managedBrand(call: AnyDeskCall): DeskBrand {
  return brandFor(call, numberOf(call, 'brand'), 'manageRetailers');
}

/** Each fault beside its field, in the words of the official API. */
function faultsProblem(faults: readonly RetailerFault[]): Problem {
  return formProblem(
    faults.map(({ code, values = {} }) => {
      const name = String(values['field'] ?? FIELD_OF[code] ?? 'title');
      const words = FIELDS[name];
      return { code, location: [name], values: { ...values, ...(words && { field: words }) } };
    }),
  );
}

/** A number as a reader sees it who does not manage retailers: its end, to tell one from another. */
function hiddenNumber(text: string): string {
  return text.slice(-2).padStart(text.length, '•');
}

async function peopleOf(call: AnyDeskCall, { brandId }: DeskBrand, { retailerCode }: Retailer): Promise<Person[]> {
  const members = await call.rooms.staff.ofRetailer(call.desk, brandId, retailerCode);
  return members.flatMap(({ accountId, name, email, lastSeenAt, grants }) =>
    grants.map(({ grantId, until, endable }) => ({
      accountId,
      name,
      email,
      lastSeenAt: lastSeenAt && Math.floor(lastSeenAt),
      grantId,
      until: until && Math.floor(until),
      endable,
    })),
  );
}

export const retailerHandlers: Handlers<
  | 'GET /organisations/:organisation/retailers'
  | 'POST /organisations/:organisation/brands/:brand/retailers'
  | 'GET /organisations/:organisation/brands/:brand/retailers/:retailer'
  | 'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/status'
  | 'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/access'
  | 'GET /provinces'
  | 'GET /provinces/:province/districts'
> = {
  'GET /organisations/:organisation/retailers': async (call) => {
    const { brand, title, status, after } = call.query;
    const brands = readable(call).filter(({ brandId }) => brand === undefined || brandId === Number(brand));
    if (brand !== undefined && brands.length === 0) throw problem('thing.unknown');
    const { list, next } = await call.rooms.parties.findRetailers(brands, {
      title,
      status,
      after: cursorOf(after),
      limit: PAGE,
    });
    return { retailers: list.map(rowOf), after: next === null ? null : cursorText(next) };
  },

  'POST /organisations/:organisation/brands/:brand/retailers': async (call) => {
    const { rooms, desk } = call;
    const brand = managedBrand(call);
    const { key, city, town, mobile, ...texts } = call.body;
    const province = city === null ? undefined : rooms.places.province(city);
    const district = town === null ? undefined : rooms.places.district(town);
    const telephone = normaliseTelephone(mobile);
    const created = await rooms.parties.createRetailer(
      brand.scope,
      {
        ...texts,
        mobile: telephone.ok ? telephone.e164 : mobile,
        ...(province && { city: { code: String(province.code), name: province.name } }),
        ...(district?.cityCode === city && { town: { code: String(district?.code), name: district?.name } }),
      },
      key,
    );
    if (created === null) throw problem('request.form');
    if ('faults' in created) throw faultsProblem(created.faults);
    const { retailerCode, again } = created;
    if (!again)
      await rooms.activities.add(desk, 'retailer.created', {
        brandId: brand.brandId,
        details: { retailer: retailerCode, title: texts.title },
      });
    return { retailerCode };
  },

  'GET /organisations/:organisation/brands/:brand/retailers/:retailer': async (call) => {
    const { rooms, desk } = call;
    const { brand, retailer } = await retailerOf(call);
    const { brandId } = brand;
    const { retailerCode, name, tckn, tin, mersis, mobile } = retailer;
    const manageable = desk.brand(brandId, 'manageRetailers') !== undefined;
    const whole = manageable || brand.retailerCode === retailerCode;
    const [uses, people, invitations] = await Promise.all([
      rooms.registry.retailers.uses(brand.scope, [retailerCode]),
      whole ? peopleOf(call, brand, retailer) : null,
      manageable ? rooms.invitations.list(desk) : [],
    ]);
    return {
      ...rowOf({ ...retailer, brandId }),
      name,
      tckn: whole ? tckn : hiddenNumber(tckn),
      tin: whole ? tin : hiddenNumber(tin),
      mersis,
      mobile: mobile === null || whole ? mobile : mask(mobile),
      sees: uses.get(retailerCode) ?? 0,
      manageable,
      people,
      invited: invitations
        .filter((one) => one.retailerCode === retailerCode && one.brands?.[0] === brandId)
        .map(({ name: invitedName, email, expiresAt }) => ({ name: invitedName, email, expiresAt })),
      now: rooms.clock.now(),
    };
  },

  'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/status': async (call) => {
    const { rooms, desk, body } = call;
    const { brandId, scope } = managedBrand(call);
    const code = numberOf(call, 'retailer');
    const outcome = await rooms.parties.setRetailerStatus(scope, code, body.status);
    if (outcome === 'unknown') throw problem('thing.unknown');
    if (outcome === 'changed')
      await rooms.activities.add(desk, body.status === 'active' ? 'retailer.opened' : 'retailer.suspended', {
        brandId,
        details: { retailer: code },
      });
    return { done: outcome === 'changed' };
  },

  'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/access': async (call) => {
    const { rooms, desk, body } = call;
    const { brandId, scope } = managedBrand(call);
    const { retailer } = await retailerOf(call);
    const { retailerCode } = retailer;
    const address = addressOf(body.address, 'address');
    const kind = kindOf(CHANNELS.indexOf(body.channel), RECIPIENT_TYPES.indexOf(body.recipientType));
    if (!kindsOf(address).includes(kind))
      throw fieldProblem(body.channel === 'EPOSTA' ? 'address.email' : 'address.telephone', 'address');
    if (!scope.may(body.channel, 'write')) throw problem('desk.channel');
    const { retailers } = rooms.registry;
    const before = await retailers.includes(scope, kind, address, retailerCode);
    if (!body.sees) await retailers.remove(scope, kind, [address], [retailerCode]);
    else if (!(await retailers.add(scope, kind, address, [retailerCode])))
      throw formProblem([{ code: 'H401', location: ['address'] }]);
    const changed = before !== body.sees;
    if (changed)
      await rooms.activities.add(desk, body.sees ? 'retailer.access_given' : 'retailer.access_taken', {
        brandId,
        details: { retailer: retailerCode, address: mask(address), channel: body.channel },
      });
    return { reference: rooms.references.make(desk.organisation.code, address), masked: mask(address), changed };
  },

  'GET /provinces': async ({ rooms }) => rooms.places.provinces().map(({ code, name }) => ({ code, name })),

  'GET /provinces/:province/districts': async (call) =>
    call.rooms.places
      .districts()
      .filter(({ cityCode }) => cityCode === numberOf(call, 'province'))
      .map(({ code, name }) => ({ code, name })),
};
