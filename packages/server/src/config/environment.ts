import { readFileSync } from 'node:fs'
import { emptyLayer, type Layer } from './layer.ts'
import { CONFIG_VARIABLE, ENVIRONMENT_PREFIX, fileVariableOf, suggestion, variableOf } from './names.ts'
import { SETTING_KEYS, SETTINGS } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Kubernetes and Docker's links describe a service called "sealpost" to every container in variables of these forms.
 * They are not ours, and `SEALPOST_PORT=tcp://10.0.0.7:80` is not a port.
 */
const SERVICE_LINK = /^SEALPOST_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/
const SERVICE_LINK_VALUE = /^(tcp|udp):\/\//

/** The variables of the environment that are settings, and what is wrong with them. An empty one counts as unset. */
export function readEnvironment(environment: Environment): Layer {
  const layer = emptyLayer()
  const known = new Set<string>([CONFIG_VARIABLE])

  for (const key of SETTING_KEYS) {
    const variable = variableOf(SETTINGS[key])
    const fileVariable = fileVariableOf(SETTINGS[key])
    known.add(variable).add(fileVariable)

    const text = valueOf(environment, variable)
    const path = valueOf(environment, fileVariable)
    if (text !== null && path !== null) {
      layer.problems.push({
        place: variable,
        message: `is set together with ${fileVariable}; unset one of them`,
      })
    } else if (path !== null) {
      const content = readValue(path)
      if (content.text === null) layer.problems.push({ place: fileVariable, message: content.message })
      else
        layer.values.set(key, {
          raw: content.text,
          origin: { from: 'environment', variable: fileVariable, path },
        })
    } else if (text !== null) {
      layer.values.set(key, { raw: text, origin: { from: 'environment', variable, path: null } })
    }
  }

  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith(ENVIRONMENT_PREFIX) || known.has(variable) || SERVICE_LINK.test(variable))
      continue
    layer.problems.push({ place: variable, message: `is no setting${suggestion(variable, [...known])}` })
  }
  return layer
}

function valueOf(environment: Environment, variable: string): string | null {
  const text = environment[variable] ?? ''
  return text === '' || SERVICE_LINK_VALUE.test(text) ? null : text
}

/** Files of secrets tend to end in a newline that nobody meant. */
function readValue(path: string): { text: string } | { text: null; message: string } {
  try {
    return { text: readFileSync(path, 'utf8').replace(/\r?\n$/, '') }
  } catch (error) {
    return { text: null, message: `names ${path}, which cannot be read: ${(error as Error).message}` }
  }
}
