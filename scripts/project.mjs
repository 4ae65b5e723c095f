// What the scripts share. Plain JavaScript that Node 20 can run, because it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const NODE_MAJOR_MIN = 24

const BIN = join(ROOT, 'node_modules', '.bin')
const IS_WINDOWS = process.platform === 'win32'

/** The environment in which `node` is the project's own and its tools are found, as in every npm script. */
export function projectEnvironment() {
  return withPath([BIN, ...machinePath()])
}

/** The environment without them: `npm ci` must not run on a Node that it is about to remove. */
export function machineEnvironment() {
  return withPath(machinePath())
}

function machinePath() {
  return pathOf(process.env)
    .split(delimiter)
    .filter((folder) => !/node_modules[\\/]\.bin[\\/]?$/.test(folder))
}

// Windows calls it `Path`, and two spellings in one environment are a trap.
function pathOf(environment) {
  const name = Object.keys(environment).find((key) => key.toUpperCase() === 'PATH')
  return name === undefined ? '' : environment[name]
}

function withPath(folders) {
  const rest = Object.entries(process.env).filter(([name]) => name.toUpperCase() !== 'PATH')
  return { ...Object.fromEntries(rest), PATH: folders.join(delimiter) }
}

/** Runs a command where its output can be seen; true when it went well. */
export function run(command, args, environment = projectEnvironment()) {
  // npm is a .cmd file on Windows, which only a shell can start. No argument comes from outside.
  const options = { cwd: ROOT, env: environment, stdio: 'inherit', shell: IS_WINDOWS }
  const { status, error } = spawnSync(command, args, options)
  if (error) console.error(`${command}: ${error.message}`)
  return status === 0
}

/** What a command prints, or '' when it cannot be run. */
export function outputOf(command, args, environment) {
  const { stdout, status } = spawnSync(command, args, {
    cwd: ROOT,
    env: environment,
    encoding: 'utf8',
    shell: IS_WINDOWS,
  })
  return status === 0 ? stdout.trim() : ''
}
