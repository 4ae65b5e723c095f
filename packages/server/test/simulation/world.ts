import { createIds, type Ids } from '../../src/core/ids.ts'
import type { Organization } from '../../src/core/organization.ts'
import type { Webhook } from '../../src/core/webhook.ts'
import type { Store } from '../../src/store/store.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { createCluster, type Cluster } from './cluster.ts'
import { createDice, type Dice } from './dice.ts'
import { createNetwork, type Network, type PlantTransportBug } from './network/network.ts'
import { createNotes, type Notes } from './notes.ts'
import { pauseOn, type Pause } from './pause.ts'
import type { Scenario } from './scenario.ts'
import { memoryBacking, type Backing, type OpenBacking } from './store/backing.ts'
import { fineWeather, type StoreWeather } from './store/faulty-store.ts'
import { createVault, type Vault } from './vault.ts'

/** A scenario at work: what actions act on. */
export interface World {
  readonly scenario: Scenario
  readonly clock: VirtualClock
  readonly notes: Notes
  readonly network: Network
  readonly weather: StoreWeather
  readonly vault: Vault
  readonly cluster: Cluster
  readonly backing: Backing
  /** Ids for what owners and producers bring along. */
  readonly ids: Ids
  readonly tenants: readonly Tenant[]
  /** Every webhook there ever was. */
  readonly webhooks: OwnedWebhook[]
}

/** An organization with what its events can be about. */
export interface Tenant {
  organization: Organization
  /** Planted in everything that is its own. */
  marker: string
  projectIds: string[]
  workflowIds: number[]
}

export interface OwnedWebhook {
  id: string
  tenant: Tenant
  /** Its receiver acknowledges everything at once. */
  prompt: boolean
  deleted: boolean
}

/** Turns the shared store into one with a fault of its own, for the tests of this simulator. */
export type PlantBug = (store: Store, world: Pick<World, 'clock'>) => Store

export interface WorldOptions {
  /** What answers wait for; the time they take unless told otherwise. */
  pause?: (clock: VirtualClock) => Pause
  openBacking?: OpenBacking
  plantBug?: PlantBug
  plantTransportBug?: PlantTransportBug
}

export async function createWorld(scenario: Scenario, options: WorldOptions = {}): Promise<World> {
  const clock = createVirtualClock()
  const dice = createDice(scenario.seed)
  const notes = createNotes(clock)
  const ids = createIds(clock, dice.fork('ids'))
  const open = options.openBacking ?? memoryBacking
  const backing = await open({
    now: () => clock.now(),
    makeDeliveryId: () => ids.make('dlv'),
    moveRowsPerSlice: scenario.moveRowsPerSlice,
    deliveriesAtOnceMax: scenario.deliveriesAtOnceMax,
    fanoutRowsPerSlice: scenario.fanoutRowsPerSlice,
    stepRowsMax: scenario.stepRowsMax,
  })
  const pause = (options.pause ?? pauseOn)(clock)
  const network = createNetwork(clock, notes, dice.fork('network'), pause, options.plantTransportBug)
  const weather = fineWeather()
  const vault = createVault(dice.fork('vault'))
  const plant = options.plantBug ?? ((store: Store) => store)
  const cluster = createCluster({
    clock,
    notes,
    network,
    vault,
    scenario,
    weather,
    pause,
    dice: dice.fork('cluster'),
    async openStore(isAlone) {
      if (isAlone) await backing.reopen()
      return plant(backing.store, { clock })
    },
  })
  const tenants = await makeTenants(backing.store, scenario, ids, clock, dice.fork('tenants'))
  return { scenario, clock, notes, network, weather, vault, cluster, backing, ids, tenants, webhooks: [] }
}

const PROJECTS = 2
const WORKFLOWS = 3

async function makeTenants(
  store: Store,
  { organizations }: Scenario,
  ids: Ids,
  clock: VirtualClock,
  dice: Dice,
): Promise<Tenant[]> {
  const tenants: Tenant[] = []
  for (let index = 1; index <= organizations; index++) {
    const createdAt = clock.now()
    const slug = `tenant-${index}`
    const organization = await store.organizations.create(
      { slug, name: slug, tier: 'enterprise', createdAt },
      ids.make('proj'),
    )
    const { id: organizationId } = organization
    const projectIds: string[] = []
    for (let count = 1; count <= PROJECTS; count++) {
      const project = {
        id: ids.make('proj'),
        organizationId,
        name: `${slug} ${count}`,
        isDefault: false,
        createdAt,
      }
      await store.projects.create(project, null)
      projectIds.push(project.id)
    }
    const workflowIds: number[] = []
    for (let count = 1; count <= WORKFLOWS; count++) {
      const names = { slug: `workflow-${count}`, name: `Workflow ${count}` }
      const rest = { scoreThreshold: 5, steps: [], createdAt, updatedAt: createdAt }
      const created = await store.workflows.create(
        { organizationId, projectId: dice.pick(projectIds), ...names, ...rest },
        null,
      )
      if (created.outcome === 'created') workflowIds.push(created.row.id)
    }
    tenants.push({
      organization,
      marker: `only-of-${slug}-${dice.bytes(6).toString('hex')}`,
      projectIds,
      workflowIds,
    })
  }
  return tenants
}

/** The webhook as its last change left it. */
export function lastKnown({ notes }: World, { id }: OwnedWebhook): Webhook | null {
  return notes.changes.findLast((change) => change.webhookId === id)?.webhook ?? null
}
