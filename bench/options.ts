import { parseArgs } from 'node:util'
import { SECTIONS } from './sections/index.ts'
import { FULL, QUICK, SMOKE, type Scale } from './scale.ts'
import type { Section } from './bench.ts'

export interface Options {
  scaleName: ScaleName
  scale: Scale
  sections: readonly Section[]
  /** Name of the machine in the names of the recorded files; null when nothing is recorded. */
  recordAs: string | null
  jsonFile: string | null
}

const SCALES = { full: FULL, quick: QUICK, smoke: SMOKE } as const
export type ScaleName = keyof typeof SCALES

export const HELP = `Usage: npm run bench -- [options]

  --only NAME[,NAME]   only these sections: ${SECTIONS.map(({ name }) => name).join(', ')}
  --quick              one round of everything, and less of it: no medians
  --json FILE          writes what was measured to FILE as well
  --record MACHINE     writes bench/results/<date>-MACHINE.json and .md; MACHINE is a short name, e.g. 2vcpu-vm
  --help               this text`

/** Null when help was asked for. Throws, in plain words, what it cannot use. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      record: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  const scaleName = values.quick ? 'quick' : 'full'
  if (values.record !== undefined && !/^[a-z0-9][a-z0-9.-]*$/i.test(values.record)) {
    throw new Error(`--record ${values.record}: letters, digits, dots and hyphens only.`)
  }
  return {
    scaleName,
    scale: SCALES[scaleName],
    sections: values.only === undefined ? SECTIONS : values.only.split(',').map(sectionNamed),
    recordAs: values.record ?? null,
    jsonFile: values.json ?? null,
  }
}

function sectionNamed(name: string): Section {
  const section = SECTIONS.find((candidate) => candidate.name === name)
  if (section === undefined) throw new Error(`--only ${name}: there is no such section.`)
  return section
}
