// Where push may go: the guard against a receiver's address that leads into our own network.
//
// A name is asked from the name servers, every answer is judged, and the connection is made to the judged answers only
// (the agent's `lookup` gives them back and asks nobody): a name that changes its answer between look and call gains
// nothing. Public means that the registries of special addresses do not name it; private networks only where the
// operator allows it; link-local, multicast and clouds' metadata services never.

import { Resolver } from 'node:dns/promises';
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

/** IP addresses of a host name; rejects where there are none, and as soon as the signal is given. */
export type ResolveName = (host: string, signal: AbortSignal) => Promise<string[]>;

/** How long a name server may be silent at first (ms), and how often each is asked; the call's deadline ends it all. */
const NAME_SERVER = { timeout: 1_000, tries: 2 };

/**
 * Asks name servers, those of the machine unless told, for the addresses of both families. Not the system's look-up: it
 * waits in one of the few threads that every look-up of the process shares, for as long as the receiver's own name
 * server likes, and cannot be cancelled. So no hosts file is read and no search domain added.
 * @param servers `address` or `address:port`
 */
export function askNameServers(servers?: readonly string[]): ResolveName {
  return async (host, signal) => {
    const resolver = new Resolver(NAME_SERVER);
    if (servers) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel);
    try {
      const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (found.length === 0) throw new Error('no address');
      return found;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** What `localhost` is wherever one asks (RFC 6761); no name server is. */
const LOCALHOST = ['127.0.0.1', '::1'];

/** The host may not be called: none of its addresses is one that push may go to (`plain`: not by http). */
export class AddressRefused extends Error {
  readonly reason: 'address' | 'plain';

  constructor(reason: 'address' | 'plain') {
    super(`refused: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Addresses of the URL's host that may be called. Plain http goes to private addresses alone; the signal ends the
 * look-up. Throws AddressRefused where none is left, or the resolver's error.
 */
export async function callableAddresses(
  url: URL,
  allowPrivate: boolean,
  resolveName: ResolveName,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const found = isIP(host) ? [host] : host === 'localhost' ? LOCALHOST : await resolveName(host, signal);
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
