// What counts as one network address where calls are counted or slowed.

import ipaddr from 'ipaddr.js';

/** Parts of an IPv6 address that name the network: whoever has one address there has all of its 2^64. */
const IPV6_NETWORK_PARTS = 4;

/** The address itself for IPv4 (also when it comes mapped into IPv6), the /64 network for IPv6. */
export function networkKey(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, IPV6_NETWORK_PARTS)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
