import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** A port where the kernel drops every further connection attempt unanswered, as a firewall would. */
export interface FullBacklog {
  port: number
  close(): Promise<void>
}

/** Listens, then blocks its own event loop for good, so that nothing is ever accepted. */
const SOURCE = `
  const { createServer } = require('node:net')
  const { parentPort, workerData } = require('node:worker_threads')
  const server = createServer()
  server.listen({ ...workerData, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
`

/** Linux keeps one more connection than the backlog says. */
const QUEUED = 2

/** On 127.0.0.1 and a free port unless told otherwise. */
export async function startFullBacklog(host = '127.0.0.1', freePort = 0): Promise<FullBacklog> {
  const worker = new Worker(SOURCE, { eval: true, workerData: { host, port: freePort } })
  const [port] = (await once(worker, 'message')) as [number]
  const fillers: Socket[] = []
  for (let index = 0; index < QUEUED; index++) {
    const filler = connect(port, host)
    filler.on('error', () => undefined)
    await once(filler, 'connect')
    fillers.push(filler)
  }
  return {
    port,
    close: async () => {
      for (const filler of fillers) filler.destroy()
      await worker.terminate()
    },
  }
}
