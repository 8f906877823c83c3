// From where an account may call: networks in CIDR notation.

import ipaddr from 'ipaddr.js';

/** An account's networks, ready to be asked; undefined: from everywhere. */
export type Networks = readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[] | undefined;

/**
 * A network as a person writes it, `203.0.113.0/24` or one address, in normal form; undefined where it is none. IPv4 in
 * four decimal parts only: `10/8` and `010.0.0.1` mean other things to other programs.
 */
export function readNetwork(typed: string): string | undefined {
  const text = typed.trim();
  const whole = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
  const { IPv4, IPv6 } = ipaddr;
  if (IPv4.isValidCIDRFourPartDecimal(whole))
    return `${IPv4.networkAddressFromCIDR(whole)}/${IPv4.parseCIDR(whole)[1]}`;
  if (!IPv6.isValidCIDR(whole) || whole.includes('%')) return undefined;
  // Callers are told apart by their own kind of address: nobody has a mapped one.
  const network = IPv6.networkAddressFromCIDR(whole);
  return network.isIPv4MappedAddress() ? undefined : `${network}/${IPv6.parseCIDR(whole)[1]}`;
}

/** @param networks in normal form; none: from everywhere */
export function networksOf(networks: readonly string[]): Networks {
  return networks.length === 0 ? undefined : networks.map((text) => ipaddr.parseCIDR(text));
}

/** Whether who has this address (IPv4 may come mapped into IPv6) may call. */
export function admits(networks: Networks, address: string): boolean {
  if (networks === undefined) return true;
  if (!ipaddr.isValid(address)) return false;
  const caller = ipaddr.process(address);
  return networks.some(([network, bits]) => network.kind() === caller.kind() && caller.match([network, bits]));
}
