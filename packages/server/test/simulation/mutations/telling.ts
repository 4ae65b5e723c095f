import { nothingTold } from '../../../src/core/telling.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Decisions, Turn } from '../../../src/store/work.ts'
import { BUSY, type Mutation } from './mutation.ts'
import { withDecisions, withWork } from './with-decisions.ts'

const FLAPPING = {
  ...BUSY,
  receivers: ['flapping', 'flaky', 'upAndDown'],
  newsShare: 1,
  ownerActionsPerHour: 0,
  faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0 },
}

/** The rule is wrong in every transaction that asks it. */
function telling(name: string, invariant: number, mistake: (turn: Turn) => Turn): Mutation {
  const wrong = (decisions: Pick<Decisions, 'announce'>): Pick<Decisions, 'announce'> => ({
    announce: (turn) => decisions.announce(mistake(turn)),
  })
  const plantBug = (store: Store): Store => {
    const planted = withDecisions(store, wrong)
    return withWork(planted, {
      announceDue: (decisions, now) => store.work.announceDue({ ...decisions, ...wrong(decisions) }, now),
    })
  }
  return { name, invariant, scenario: FLAPPING, options: { plantBug } }
}

export const newsMakeNews = telling('news of webhooks make more news at once', 26, (turn) => ({
  ...turn,
  carried: turn.carried && ['run.completed'],
}))

export const everyTurnTold = telling('every turn is told', 26, (turn) => ({
  ...turn,
  after: { ...turn.after, telling: nothingTold(turn.after.telling.state) },
}))

export const neverTold: Mutation = {
  name: 'what was put off is never told',
  invariant: 24,
  scenario: FLAPPING,
  options: {
    plantBug: (store) =>
      withWork(store, {
        async announceDue(decisions, now) {
          const silent: Decisions['announce'] = ({ after }) => ({
            events: [],
            telling: { ...after.telling, dueAt: null },
          })
          return store.work.announceDue({ ...decisions, announce: silent }, now)
        },
      }),
  },
}
