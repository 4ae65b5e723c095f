import { readFileSync } from 'node:fs'
import { CLIENT_SETTING_KEYS, CLIENT_SETTINGS } from './client-settings.ts'
import { emptyLayer, type Layer, type Origin, type SettingProblem } from './layer.ts'
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
    known.add(variableOf(SETTINGS[key])).add(fileVariableOf(SETTINGS[key]))
    const read = readVariable(environment, SETTINGS[key])
    if (read === null) continue
    if ('problem' in read) layer.problems.push(read.problem)
    else layer.values.set(key, read)
  }
  // Whoever uses both the server and its clients on one machine has theirs set as well.
  for (const key of CLIENT_SETTING_KEYS)
    known.add(variableOf(CLIENT_SETTINGS[key])).add(fileVariableOf(CLIENT_SETTINGS[key]))

  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith(ENVIRONMENT_PREFIX) || known.has(variable) || SERVICE_LINK.test(variable))
      continue
    layer.problems.push({ place: variable, message: `is not a setting${suggestion(variable, [...known])}` })
  }
  return layer
}

/** What one variable, or the file that its `_FILE` form names, says of a setting; null when neither is set. */
export function readVariable(
  environment: Environment,
  setting: { name: string },
): { raw: string; origin: Origin } | { problem: SettingProblem } | null {
  const variable = variableOf(setting)
  const fileVariable = fileVariableOf(setting)
  const text = valueOf(environment, variable)
  const path = valueOf(environment, fileVariable)
  if (text !== null && path !== null) {
    return {
      problem: { place: variable, message: `is set together with ${fileVariable}; unset one of them` },
    }
  }
  if (path !== null) {
    const content = readValue(path)
    if (content.text === null) return { problem: { place: fileVariable, message: content.message } }
    return { raw: content.text, origin: { from: 'environment', variable: fileVariable, path } }
  }
  return text === null ? null : { raw: text, origin: { from: 'environment', variable, path: null } }
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
