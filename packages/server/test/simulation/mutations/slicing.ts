import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteBacking, type OpenBacking } from '../store/backing.ts'
import { BUSY, type Mutation } from './mutation.ts'
import { withWork } from './with-decisions.ts'

/** Most deliveries follow the commit of their events, a few at a time. */
const IN_SLICES: Mutation['scenario'] = {
  ...BUSY,
  hours: 2,
  organizations: 1,
  deliveriesAtOnceMax: 0,
  fanoutRowsPerSlice: 2,
  burstsPerHour: 2,
}

/** A store whose every other slice is preceded by `sql`. Over a real database, since no store would offer such a thing. */
function disturbed(sql: string, preparation = ''): OpenBacking {
  return async (options) => {
    const backing = await sqliteBacking(options)
    const path = join(backing.dataDir ?? '', 'sealpost.db')
    const database = new DatabaseSync(path)
    database.exec(`PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; ${preparation}`)
    let slices = 0
    return {
      reopen: () => backing.reopen(),
      async remove() {
        database.close()
        await backing.remove()
      },
      get store() {
        const { store } = backing
        return withWork(store, {
          bearWaiting() {
            slices += 1
            if (slices % 2 === 0) database.exec(sql)
            return store.work.bearWaiting()
          },
        })
      },
    }
  }
}

/** As if what a slice had come to were stored, and its deliveries not. */
export const lostSlice: Mutation = {
  name: 'a slice of deliveries that is lost',
  invariant: 2,
  scenario: IN_SLICES,
  options: { openBacking: disturbed('UPDATE fanouts SET position = position + 1') },
}

/** As if its deliveries were stored, and what it had come to not. */
export const sliceMadeTwice: Mutation = {
  name: 'a slice of deliveries that is made twice',
  invariant: 2,
  scenario: IN_SLICES,
  options: {
    openBacking: disturbed(
      'UPDATE fanouts SET position = max(0, position - 1)',
      'DROP INDEX deliveries_event; CREATE INDEX deliveries_event ON deliveries (event_seq, webhook_seq);',
    ),
  },
}

/** The oldest event goes behind all others that wait for their deliveries. */
const POSTPONE = `
  CREATE TEMP TABLE IF NOT EXISTS oldest (seq, last);
  DELETE FROM oldest;
  INSERT INTO oldest SELECT min(event_seq) AS seq, 1 + (SELECT max(seq) FROM events) AS last FROM fanouts WHERE position = 0;
  UPDATE events SET seq = (SELECT last FROM oldest) WHERE seq = (SELECT seq FROM oldest);
  UPDATE fanouts SET event_seq = (SELECT last FROM oldest) WHERE event_seq = (SELECT seq FROM oldest);`

export const overtakenOrder: Mutation = {
  name: 'an event that later ones overtake while its deliveries are made',
  invariant: 22,
  scenario: { ...IN_SLICES, webhooksPerOrganization: 6 },
  options: { openBacking: disturbed(POSTPONE) },
}
