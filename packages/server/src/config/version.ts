import { createRequire } from 'node:module'

// The same two steps up from src/config and dist/config.
const manifest = createRequire(import.meta.url)('../../package.json') as { version: string }

/** This release of Sealpost, e.g. `0.1.0`. */
export const VERSION = manifest.version
