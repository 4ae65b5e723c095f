import type { SignatureScheme } from './scheme.ts'
import { svs } from './svs.ts'
import { v1 } from './v1.ts'
import { v1a } from './v1a.ts'
import { validibot } from './validibot.ts'

/** Every scheme, one line each, in the order in which they are tried. */
export const SCHEMES = [v1, v1a, validibot, svs] as const satisfies readonly SignatureScheme[]

export type Scheme = (typeof SCHEMES)[number]

/** `v1` and `v1a` are Standard Webhooks; `validibot` and `svs` are the legacy hex signatures. */
export type SchemeName = Scheme['name']
