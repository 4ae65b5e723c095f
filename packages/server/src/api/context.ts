import type { Clock } from '../core/clock.ts'
import type { Ids } from '../core/ids.ts'
import type { Random } from '../core/random.ts'
import type { Store } from '../store/store.ts'
import type { Services } from './services.ts'

/** Everything an operation can be given; each one declares the few members it needs. */
export interface ApiContext {
  store: Store
  services: Services
  settings: ApiSettings
  state: ApiState
  clock: Clock
  ids: Ids
  random: Random
}

/** The settings the API reads (config/settings.ts describes them). */
export interface ApiSettings {
  /** Without a slash at its end. */
  baseUrl: string
  requestBytesMax: number
  rateLimitPerMinute: number
  /** Names of the settings that e-mail channels need and that are not set. */
  mailSettingsMissing: readonly string[]
}

export interface ApiState {
  /** Set when the server was told to stop: `/readyz` answers 503 so that balancers look elsewhere. */
  draining: boolean
  /** What keeps deliveries from leaving now, for `/readyz`. */
  warnings(): readonly ServerWarning[]
}

export interface ServerWarning {
  code: string
  message: string
  /** Milliseconds. */
  since: number
}
