import { acceptInBulk } from '../bulk.ts'
import { prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { openWorld, type World } from '../world.ts'
import type { Attack } from './attack.ts'
import { startAttacker, type AttackerThread } from './attacker-thread.ts'
import { createOtherTenant, PACES_MS, STEADY, type OtherTenant } from './other-tenant.ts'
import { compare, missedBounds, shownMs, type Comparison, type Round } from './samples.ts'

const SIZES = {
  slice: { rounds: 1, calmMs: 0, attackedMs: 2_000, warmUpMs: 0 },
  full: { rounds: 3, calmMs: 4_000, attackedMs: 6_000, warmUpMs: 3_000 },
}
/** A path of the other tenant's receiver that is the attacker's. */
const CUT_MS = 100
const HANGING_PREFIX = '/hangs/'
const ATTACKER = 'attacker'

/** The attack, with another tenant beside it whose work is timed before, during and after. */
export function scenarioOf(attack: Attack): Scenario {
  return {
    name: `attacks/${attack.name}`,
    what: `another tenant notices nothing of ${attack.what}`,
    async run(setting) {
      const world = await openWorld({ scopes: 'admin,operator' })
      try {
        return await withAttacker(world, attack, setting)
      } finally {
        await world.close()
      }
    },
  }
}

async function withAttacker(world: World, attack: Attack, setting: Setting): Promise<Outcome> {
  const { size, seed } = setting
  const flags = attack.flags?.[size] ?? []
  const server = await world.start({ flags })
  const api = await world.api()
  await prepareIngest(api)
  const tenant = await createOtherTenant(world, PACES_MS[size])
  world.receivers.hangBeside(STEADY, HANGING_PREFIX)
  const { api_key: key } = await api.post<{ api_key: string }>('/api/v1/orgs', {
    slug: ATTACKER,
    name: ATTACKER,
  })
  const sharedOrigin = new URL(await world.receivers.open(STEADY)).origin
  const attacker = startAttacker({ attack: attack.name, size, seed, url: server.url, key, sharedOrigin })
  try {
    return await measure(world, attack, setting, {
      attacker,
      tenant,
      flags,
      url: server.url,
    })
  } finally {
    await attacker.close()
  }
}

interface Parties {
  attacker: AttackerThread
  tenant: OtherTenant
  flags: readonly string[]
  url: string
}

async function measure(
  world: World,
  attack: Attack,
  { size, seed, progress }: Setting,
  { attacker, tenant, flags, ...server }: Parties,
): Promise<Outcome> {
  const { rounds: roundsMax, calmMs, attackedMs, warmUpMs } = SIZES[size]
  let { url } = server
  const webhooks = await attacker.perform<number>('prepare', url)
  if (attack.backlog !== undefined) {
    progress('putting the backlog into the store')
    await world.stop()
    await acceptInBulk(world, Math.ceil(attack.backlog[size] / webhooks), webhooks, ATTACKER)
    url = (await world.start({ flags })).url
  }
  if (warmUpMs > 0) await tenant.workFor(warmUpMs)
  const rounds: Round[] = []
  for (let round = 1; round <= roundsMax; round++) {
    progress(`round ${round} of ${roundsMax}`)
    const before = await tenant.workFor(calmMs)
    await attacker.perform('begin', url)
    const attacked = await tenant.workFor(attackedMs)
    await endAttack(world, attacker, url)
    rounds.push({ before, attacked, after: await tenant.workFor(calmMs) })
  }
  const own = (await attacker.perform<string[] | null>('violations', url)) ?? []
  const figures = await attacker.perform<Record<string, number>>('figures', url)
  const harm = await tenant.harm()
  await nothingPending(world)
  await world.stop()

  const { violations } = await concludeAtRest(world, `${attack.name}, seed ${seed}`)
  const comparisons = compare(rounds)
  return {
    figures: { ...figures, ...shown(comparisons, calmMs > 0) },
    violations: [
      ...tenant.failures,
      ...harm,
      ...own,
      ...violations,
      // On a machine that is busy with other things only what does not depend on time is judged.
      ...(size === 'full' ? missedBounds(comparisons) : []),
    ],
  }
}

/** What hangs is cut off meanwhile, again and again: more may be sent until the attack has ended. */
async function endAttack({ receivers }: World, attacker: AttackerThread, url: string): Promise<void> {
  const timer = setInterval(() => receivers.cutBeside(), CUT_MS)
  try {
    await attacker.perform('end', url)
  } finally {
    clearInterval(timer)
  }
}

function shown(comparisons: readonly Comparison[], isCompared: boolean): Record<string, string> {
  return Object.fromEntries(
    comparisons.map(({ metric, calmMs, attackedMs }) =>
      isCompared
        ? [`${metric}, p99 undisturbed → attacked`, `${shownMs(calmMs)} → ${shownMs(attackedMs)}`]
        : [`${metric}, p99 attacked`, shownMs(attackedMs)],
    ),
  )
}
