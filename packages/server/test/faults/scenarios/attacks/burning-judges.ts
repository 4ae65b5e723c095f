import type { Attack } from '../../attacks/attack.ts'
import { keepDoing, type Doing } from '../../attacks/keep-doing.ts'
import { createOwnWebhooks } from '../../attacks/own-webhooks.ts'

const SCHEMA_TYPE = 'attack.schema'
const FILTER_TYPE = 'attack.filter'
const WORKFLOW = 'attack'
/** Goes back and forth over every way to split the letters, until its time is up. */
const PATTERN = '^(a+)+$'
const TEXT = `${'a'.repeat(60)}!`
const NUMBERS = Array.from({ length: 100_000 }, (_, index) => index)
/** Under way at once, each for as long as a verdict may take. */
const AT_ONCE = 8
const EVERY_MS = 50

/** What judges takes as long as its time limit lets it, again and again. */
export const burningJudges: Attack = {
  name: 'burning-judges',
  what: 'schemas, filters and documents that burn their time limit, again and again',
  flags: { slice: ['--validator-timeout', '1s'], full: [] },
  plan({ api }) {
    const filtered = createOwnWebhooks({ api }, [FILTER_TYPE])
    let doings: Doing[] = []
    const counts = { schemas: 0, filters: 0, documents: 0, declarations: 0 }
    const post = (path: string, body: unknown) => async (): Promise<number> =>
      (await api.call('POST', path, body)).status

    return {
      async prepare() {
        const schema = { type: 'object', properties: { text: { type: 'string', pattern: PATTERN } } }
        await api.post('/api/v1/event-types', { type: SCHEMA_TYPE, schema })
        await api.post('/api/v1/event-types', { type: FILTER_TYPE })
        const steps = [{ type: 'json-schema', config: { schema } }]
        await api.post('/api/v1/workflows', { slug: WORKFLOW, name: WORKFLOW, steps })
        // It lets nothing through: the time it takes is all that is wanted of it.
        await filtered.add('http://127.0.0.1:9/', {
          filter: 'data.numbers.all(x, string(x) != "x" && x < 0)',
        })
        return 1
      },
      async begin() {
        const pace = { atOnce: AT_ONCE, everyMs: EVERY_MS }
        const event = (type: string, data: object) => post('/api/v1/events', { type, data })
        const numbers = NUMBERS.map((number) => -1 - number)
        doings = [
          keepDoing(pace, event(SCHEMA_TYPE, { text: TEXT })),
          keepDoing(pace, event(FILTER_TYPE, { numbers })),
          keepDoing(pace, post(`/api/v1/orgs/attacker/workflows/${WORKFLOW}/runs/`, { text: TEXT })),
          keepDoing(
            pace,
            post('/api/v1/event-types', {
              type: 'attack.declared',
              schema: manyPatterns(counts.declarations++),
            }),
          ),
        ]
      },
      async end() {
        await Promise.all(doings.map((doing) => doing.stop()))
        const [schemas = 0, filters = 0, documents = 0] = doings.map(({ count }) => count)
        counts.schemas += schemas
        counts.filters += filters
        counts.documents += documents
      },
      figures: () => ({
        'events with a hostile schema': counts.schemas,
        'with a hostile filter': counts.filters,
        'hostile documents': counts.documents,
      }),
    }
  },
}

/** A schema that takes a while to compile. */
function manyPatterns(number: number): object {
  const properties = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [
      `p${number}_${index}`,
      { anyOf: [{ type: 'string', pattern: `^(a|${index})+$` }, { type: 'integer' }] },
    ]),
  )
  return { type: 'object', properties }
}
