#!/usr/bin/env node
// Parsed by whatever Node is there, so it holds nothing that an old one cannot read, and imports the rest only after
// the check. Plain JavaScript, because npm links a bin only when its file is there before anything is built.
import { existsSync } from 'node:fs'

const NODE_MAJOR_MIN = 24
const MAIN = new URL('../dist/cli/main.js', import.meta.url)

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
  console.error(
    `Sealpost needs Node.js ${NODE_MAJOR_MIN} or newer; this is ${process.version} (${process.execPath}).\n` +
      'Install it from https://nodejs.org/en/download, or run Sealpost as: npx --package=node@24 --package=sealpost sealpost',
  )
  process.exitCode = 2
} else if (!existsSync(MAIN)) {
  console.error('Sealpost has not been built in this clone yet. Run: npm run build')
  process.exitCode = 2
} else {
  const { main } = await import(MAIN.href)
  process.exitCode = await main(process.argv.slice(2))
}
