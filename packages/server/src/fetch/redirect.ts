/**
 * Where a Location leads from `base`, as its full URL; null when it names none. Whether it may be followed is the
 * guard's business.
 */
export function redirectTarget(location: string | null, base: URL): string | null {
  if (location === null) return null
  // Headers are read as Latin-1. Servers that write an address as it is spoken mean UTF-8, and browsers take it so.
  const text = Buffer.from(location, 'latin1').toString('utf8')
  return URL.parse(text, base.href)?.href ?? null
}
