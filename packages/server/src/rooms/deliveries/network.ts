// Where push may go: the guard against a receiver's address that leads into our own network.
//
// A name is resolved here, every answer is judged, and the connection is made to the judged answers only (the agent's
// `lookup` gives them back and asks nobody): a name that changes its answer between look and call gains nothing.
// Public means that the registries of special addresses do not name it; private networks only where the operator
// allows it; link-local, multicast and clouds' metadata services never.

import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Reach = 'public' | 'private' | 'never';

/** Ranges that an operator may open with ACIK_IYS_PUSH_PRIVATE; ipaddr.js's names. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);
/** Metadata services of clouds that stand outside the link-local range (Azure, Alibaba, AWS, Google). */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16', '100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254']);
/** The only IPv6 space given out for the public network (RFC 4291, IANA). */
const GLOBAL_UNICAST_6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Judges one IP address. */
export function reachOf(address: string): Reach {
  const parsed = ipaddr.parse(address);
  if (METADATA.has(parsed.toString())) return 'never';
  const range = parsed.range();
  if (PRIVATE_RANGES.has(range)) return 'private';
  if (range !== 'unicast') return 'never';
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST_6) ? 'public' : 'never';
}

/** IP addresses of a host name; rejects where there are none. */
export type ResolveName = (host: string) => Promise<string[]>;

export const resolveBySystem: ResolveName = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** The host may not be called: none of its addresses is one that push may go to (`plain`: not by http). */
export class AddressRefused extends Error {
  readonly reason: 'address' | 'plain';

  constructor(reason: 'address' | 'plain') {
    super(`refused: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Addresses of the URL's host that may be called. Plain http goes to private addresses alone.
 * Throws AddressRefused where none is left, or the resolver's error.
 */
export async function callableAddresses(
  url: URL,
  allowPrivate: boolean,
  resolveName: ResolveName,
): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const found = isIP(host) ? [host] : await resolveName(host);
  const isPlain = url.protocol !== 'https:';
  const wanted = found.filter((address) => {
    const reach = reachOf(address);
    return reach === 'private' ? allowPrivate : reach === 'public' && !isPlain;
  });
  if (wanted.length > 0) return wanted;
  throw new AddressRefused(isPlain && found.some((address) => reachOf(address) === 'public') ? 'plain' : 'address');
}

/** A `lookup` for sockets that answers with these addresses and asks nobody. */
export function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = answers;
    if (first === undefined) callback(new AddressRefused('address'), '', 0);
    else if (options.all) callback(null, answers);
    else callback(null, first.address, first.family);
  };
}
