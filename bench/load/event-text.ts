// The event of the benchmark, in one place: what the generator writes, the sink looks for. Sequence number and time are
// strings of fixed width, so that the bytes of a request are made once and only digits are written into them; as strings
// they come through any JSON parser and renderer unchanged.

export const SEQUENCE_DIGITS = 10
export const TIME_DIGITS = 16
export const GROUP_DIGITS = 4

/** Stand where digits are written; no character of them is used elsewhere in a request. */
export const SLOTS = {
  sequence: '#'.repeat(SEQUENCE_DIGITS),
  time: '~'.repeat(TIME_DIGITS),
  group: '^'.repeat(GROUP_DIGITS),
  /** In a header: the number of the request's first event. */
  key: '%'.repeat(SEQUENCE_DIGITS),
} as const

/** What the sink searches a body for: the sequence number follows at once, and after `TIME_MARK` the time. */
export const SEQUENCE_MARK = '"n":"'
export const TIME_MARK = '","t":"'

/** An order as a shop would tell of it; with the envelope around it a body of about 700 bytes. */
export const EVENT_DATA = JSON.stringify({
  n: SLOTS.sequence,
  t: SLOTS.time,
  order: { number: 'SO-2025-004711', status: 'paid', currency: 'EUR', total: 23890, vat: 3814, items: 3 },
  customer: { id: 'cus_9f8e7d6c5b', name: 'Ada Lovelace', email: 'ada@shop.example', country: 'DE' },
  items: [
    { sku: 'CHAIR-OAK-02', title: 'Oak chair, oiled', quantity: 2, price: 8900 },
    { sku: 'LAMP-BRASS-7', title: 'Brass reading lamp', quantity: 1, price: 4990 },
    { sku: 'SHIP-DHL-STD', title: 'Shipping, two days', quantity: 1, price: 1100 },
  ],
  notes:
    'Leave it with the neighbour on the second floor if nobody is at home; the bell has been out of order since Tuesday at noon, we think.',
})

/** The only type when all events go the same way, else one for each group of webhooks. */
export function eventType(groups: number, group?: number): string {
  if (groups === 1) return 'bench.tick'
  return `bench.tick_${group === undefined ? SLOTS.group : String(group).padStart(GROUP_DIGITS, '0')}`
}

/** What a receiver gets, for the senders that are not Sealpost; as long as what Sealpost sends. */
export function eventBody(type: string): string {
  return `{"type":"${type}","timestamp":"2026-01-01T00:00:00.000Z","data":${EVENT_DATA}}`
}
