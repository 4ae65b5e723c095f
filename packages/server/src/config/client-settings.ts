import * as kinds from './kinds.ts'
import type { Kind } from './kinds.ts'

/** How a verb that talks to a running server finds it and is let in. None of it is a setting of the server. */
export interface ClientSettings {
  /** Without a slash at the end. */
  server: string
  /** Never shown. */
  apiKey: string
  /** Slug. */
  organization: string
}

/** One row of the table. As with settings, the variable follows from the name: `api_key` → `SEALPOST_API_KEY`. */
interface ClientSetting {
  name: string
  kind: Kind<string>
  /** Null where there can be none. */
  default: string | null
  description: string
  isSecret?: true
}

export const CLIENT_SETTINGS: Readonly<Record<keyof ClientSettings, ClientSetting>> = {
  server: {
    name: 'server',
    kind: kinds.baseUrl,
    default: 'http://127.0.0.1:8080',
    description: 'Address of the running server.',
  },
  apiKey: {
    name: 'api_key',
    kind: kinds.apiKey,
    default: null,
    description:
      'API key to call it with. Every user of a machine can read a command line: prefer the variable.',
    isSecret: true,
  },
  organization: {
    name: 'org',
    kind: kinds.slug,
    default: 'default',
    description: 'Organization that the key belongs to.',
  },
}

export const CLIENT_SETTING_KEYS = Object.keys(CLIENT_SETTINGS) as (keyof ClientSettings)[]
