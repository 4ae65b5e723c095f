// What a team writes that has Redis: a request becomes one job for each webhook, and a worker signs and sends it. No
// key is checked, no repeat noticed, nothing matched, guarded or logged. Configured by one JSON argument:
// {redisPort, webhooks: [url …], secretBase64}.
import { Buffer } from 'node:buffer'
import { createHmac, createSecretKey, randomUUID } from 'node:crypto'
import { Queue, Worker } from 'bullmq'
import Fastify from 'fastify'
import { Agent, request } from 'undici'

const { redisPort, webhooks, secretBase64 } = JSON.parse(process.argv[2])
const ATTEMPTS = 5
const RETRY_AFTER_MS = 1_000
/** Jobs in work at once, and connections to each receiver: more made it no faster. */
const CONCURRENCY = 100
const CONNECTIONS_PER_ORIGIN = 100

const connection = { host: '127.0.0.1', port: redisPort, maxRetriesPerRequest: null }
const queue = new Queue('webhooks', {
  connection,
  defaultJobOptions: {
    attempts: ATTEMPTS,
    backoff: { type: 'exponential', delay: RETRY_AFTER_MS },
    removeOnComplete: true,
    removeOnFail: false,
  },
})

const app = Fastify()
// The body goes to the receivers as it came: parsed to be checked, kept as text.
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
  try {
    JSON.parse(body)
    done(null, body)
  } catch (error) {
    error.statusCode = 400
    done(error)
  }
})
app.post('/events', async ({ body }, reply) => {
  const id = randomUUID()
  const jobs = webhooks.map((url) => ({ name: 'send', data: { id, url, body } }))
  if (jobs.length === 1) await queue.add(jobs[0].name, jobs[0].data)
  else await queue.addBulk(jobs)
  return reply.code(202).send({ id })
})

const key = createSecretKey(Buffer.from(secretBase64, 'base64'))
const dispatcher = new Agent({ connections: CONNECTIONS_PER_ORIGIN, pipelining: 1 })
const worker = new Worker('webhooks', ({ data }) => send(data), { connection, concurrency: CONCURRENCY })
worker.on('error', (error) => console.error(error))

async function send({ id, url, body }) {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
  const answer = await request(url, { method: 'POST', body, headers, dispatcher })
  await answer.body.dump()
  if (answer.statusCode >= 300) throw new Error(`status ${answer.statusCode}`)
}

process.once('SIGTERM', async () => {
  await app.close()
  await worker.close()
  await queue.close()
  process.exit(0)
})
await worker.waitUntilReady()
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`listens on port ${app.server.address().port}`)
