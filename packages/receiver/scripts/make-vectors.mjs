// Writes vectors/*.json. Signs with node:crypto alone and shares no code with src/: a vector that our own signer made
// would agree with our own verifier whatever both do. Deterministic; run `node scripts/make-vectors.mjs` after an edit.
import { writeFileSync } from 'node:fs'
import { legacyVectors } from './vectors/legacy.mjs'
import { RUN, RUN_BODY, VALIDATION, VALIDATION_BODY } from './vectors/material.mjs'
import { selectionVectors } from './vectors/selection.mjs'
import * as v1Headers from './vectors/v1-headers.mjs'
import * as v1Keys from './vectors/v1-keys.mjs'
import { v1aVectors } from './vectors/v1a.mjs'

const FILES = {
  validibot: legacyVectors('validibot', 'X-Validibot-Signature', RUN, RUN_BODY),
  svs: legacyVectors('svs', 'X-SVS-Signature', VALIDATION, VALIDATION_BODY),
  v1: [v1Keys, v1Headers].flatMap((file) => Object.values(file)).flatMap((make) => make()),
  v1a: v1aVectors(),
  selection: selectionVectors(),
}
for (const [name, vectors] of Object.entries(FILES)) {
  writeFileSync(new URL(`../vectors/${name}.json`, import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`)
}
