// Makes a clone ready, whatever Node the machine has from 20 on, and costs nothing when it is ready already.
//
//   node scripts/setup.mjs                     install what package-lock.json names, and the Node that the server needs
//   node scripts/setup.mjs --build             … and compile
//   node scripts/setup.mjs --run FILE ARG…     … and run FILE on that Node
//
// `--run` is there because a shell that has found `node` once keeps to it: after `setup && node …` on a machine with
// an older Node the second `node` would still be the old one.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clearInterval, setInterval } from 'node:timers'
import { machineEnvironment, NODE_MAJOR_MIN, outputOf, projectEnvironment, ROOT, run } from './project.mjs'

const STAMP = join(ROOT, 'node_modules', '.sealpost-setup')
/** How often a script that runs a program looks whether npm's shell is still there. */
const PARENT_LOOK_MS = 250
const HIDDEN_LOCK = join(ROOT, 'node_modules', '.package-lock.json')

function main(args) {
  const runAt = args.indexOf('--run')
  const options = runAt < 0 ? args : args.slice(0, runAt)
  if (!install() || !provideNode()) return 1
  if (options.includes('--build') && !run('npm', ['run', '--silent', 'build'])) return 1
  return runAt < 0 ? 0 : start(args.slice(runAt + 1))
}

/** `npm ci`, unless the last one, here or by hand, was for the same packages. */
function install() {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return true
  if (installedByHand()) {
    writeFileSync(STAMP, wanted)
    return true
  }
  console.log('Installing dependencies (once) …')
  // Errors only: on an older Node npm would warn of each package that needs a newer one, which is what it installs.
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], machineEnvironment())) {
    console.error('npm ci failed; see above. It needs a connection to the npm registry.')
    return false
  }
  writeFileSync(STAMP, wanted)
  return true
}

/** npm notes what it installed in a hidden lock file; one younger than all that was asked for is up to date. */
function installedByHand() {
  if (existsSync(STAMP) || !existsSync(HIDDEN_LOCK)) return false
  const installedMs = statSync(HIDDEN_LOCK).mtimeMs
  return manifests().every((file) => statSync(file).mtimeMs < installedMs)
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of manifests()) hash.update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function manifests() {
  const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const folders = ['.', ...workspaces]
  return ['package-lock.json', ...folders.map((folder) => join(folder, 'package.json'))].map((file) =>
    join(ROOT, file),
  )
}

/**
 * The npm package `node` brings the right one by its install script, which npm 12 and careful people do not run. Then
 * ask for that one script, and last of all run it ourselves.
 */
function provideNode() {
  const attempts = [
    () => true,
    () => run('npm', ['rebuild', 'node', '--foreground-scripts'], machineEnvironment()),
    () =>
      run(
        'node',
        [join(ROOT, 'node_modules', 'node', 'installArchSpecificPackage.js')],
        machineEnvironment(),
      ),
  ]
  for (const attempt of attempts) {
    if (attempt() && projectNodeMajor() >= NODE_MAJOR_MIN) return true
  }
  console.error(
    `Sealpost needs Node.js ${NODE_MAJOR_MIN} or newer, and the npm package "node" could not bring it.\n` +
      'Install it from https://nodejs.org/en/download and try again.',
  )
  return false
}

function projectNodeMajor() {
  return Number(/^v(\d+)\./.exec(outputOf('node', ['--version'], projectEnvironment()))?.[1] ?? 0)
}

/** Runs a file in place of this script: its output, its signals and its exit code. */
function start(args) {
  const child = spawn('node', args, { cwd: ROOT, env: projectEnvironment(), stdio: 'inherit' })
  // Ctrl-C reaches the child by itself, since it is in the same group; other signals come to this process alone.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  // npm hands a signal to the shell between it and us, which dies of it without a word. So look whether it is there.
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    child.kill('SIGTERM')
  }, PARENT_LOOK_MS)
  return new Promise((resolve) => {
    const end = (code) => {
      clearInterval(look)
      resolve(code)
    }
    child.on('error', (error) => {
      console.error(`node: ${error.message}`)
      end(1)
    })
    child.on('exit', (code) => end(code ?? 1))
  })
}

process.exitCode = await main(process.argv.slice(2))
