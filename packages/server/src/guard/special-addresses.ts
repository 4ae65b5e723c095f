/** Ranges that no webhook may reach unless the operator's allow-list says so, each with what it is called in a refusal. */
export interface SpecialRange {
  cidr: string
  what: string
}

/**
 * IPv4: everything in IANA's special-purpose registry (https://www.iana.org/assignments/iana-ipv4-special-registry, with
 * the RFC behind each row), whether or not it counts as globally reachable, since nobody receives webhooks there; then
 * multicast, and one public address that is a cloud's own.
 */
export const SPECIAL_IPV4: readonly SpecialRange[] = [
  { cidr: '0.0.0.0/8', what: 'an address of "this network"' }, // RFC 791; Linux takes 0.0.0.0 for loopback
  { cidr: '10.0.0.0/8', what: 'a private address' }, // RFC 1918
  { cidr: '100.64.0.0/10', what: 'a carrier-grade NAT address' }, // RFC 6598; Alibaba's metadata is 100.100.100.200
  { cidr: '127.0.0.0/8', what: 'a loopback address' }, // RFC 1122
  { cidr: '169.254.0.0/16', what: 'a link-local address' }, // RFC 3927; metadata of AWS, Azure, Google Cloud and others
  { cidr: '172.16.0.0/12', what: 'a private address' }, // RFC 1918
  { cidr: '192.0.0.0/24', what: 'an address for protocol assignments' }, // RFC 6890; Oracle's metadata is 192.0.0.192
  { cidr: '192.0.2.0/24', what: 'a documentation address' }, // RFC 5737
  { cidr: '192.31.196.0/24', what: 'an AS112 address' }, // RFC 7535
  { cidr: '192.52.193.0/24', what: 'a multicast relay address' }, // RFC 7450
  { cidr: '192.88.99.0/24', what: 'a 6to4 relay address' }, // RFC 7526
  { cidr: '192.168.0.0/16', what: 'a private address' }, // RFC 1918
  { cidr: '192.175.48.0/24', what: 'an AS112 address' }, // RFC 7534
  { cidr: '198.18.0.0/15', what: 'a benchmarking address' }, // RFC 2544
  { cidr: '198.51.100.0/24', what: 'a documentation address' }, // RFC 5737
  { cidr: '203.0.113.0/24', what: 'a documentation address' }, // RFC 5737
  { cidr: '224.0.0.0/4', what: 'a multicast address' }, // RFC 5771
  { cidr: '255.255.255.255/32', what: 'the broadcast address' }, // RFC 8190; stands before the wider range
  { cidr: '240.0.0.0/4', what: 'a reserved address' }, // RFC 1112
  // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  { cidr: '168.63.129.16/32', what: "Azure's host address" },
]

/** IPv6 that IANA has handed out for the public Internet (RFC 4291, section 2.4); all the rest is refused. */
export const GLOBAL_IPV6 = '2000::/3'

/**
 * Names for what lies outside 2000::/3, and the holes within it
 * (https://www.iana.org/assignments/iana-ipv6-special-registry).
 */
export const SPECIAL_IPV6: readonly SpecialRange[] = [
  { cidr: '::/128', what: 'the unspecified address' }, // RFC 4291; Linux takes it for loopback
  { cidr: '::1/128', what: 'a loopback address' }, // RFC 4291
  { cidr: 'fc00::/7', what: 'a private address' }, // RFC 4193; AWS's and Google Cloud's IPv6 metadata
  { cidr: 'fe80::/10', what: 'a link-local address' }, // RFC 4291
  { cidr: 'fec0::/10', what: 'a site-local address' }, // RFC 3879
  { cidr: 'ff00::/8', what: 'a multicast address' }, // RFC 4291
  { cidr: '64:ff9b:1::/48', what: 'a local translation address' }, // RFC 8215
  { cidr: '2001::/23', what: 'an address for protocol assignments' }, // RFC 2928; Teredo, benchmarking, ORCHID
  { cidr: '2001:db8::/32', what: 'a documentation address' }, // RFC 3849
  { cidr: '2002::/16', what: 'a 6to4 address' }, // RFC 3056
  { cidr: '3fff::/20', what: 'a documentation address' }, // RFC 9637
  { cidr: '2620:4f:8000::/48', what: 'an AS112 address' }, // RFC 7534
]
