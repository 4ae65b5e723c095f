import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../core/errors.ts'
import { runIdFrom } from '../../core/ids.ts'
import { challenge, requireAccess, type Authenticate } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { notFound, sendProblem } from '../problems/error-handler.ts'
import { findingWords } from '../../core/finding-words.ts'
import { SCORE_FORMULA } from '../../core/score.ts'
import { ownOrganization, showRun } from '../routes/runs/fields.ts'
import { shownTo } from '../shown-to.ts'
import { runLocation, type RunView } from '../views/run.ts'
import { markup, page, sendPage, type Markup } from './markup.ts'

export const RUN_PAGE_PATH = '/orgs/:org/runs/:id'

interface RunPageParams {
  org: string
  id: string
}

/**
 * `/orgs/{slug}/runs/{uuid}/`, the page that webhook bodies link to. It shows a run to whoever sends an API key of
 * its organization: as HTML, or as the API's JSON where `Accept` asks for that and not for HTML.
 */
export function registerRunPage(
  app: FastifyInstance,
  authenticate: Authenticate,
  { store, settings }: Pick<ApiContext, 'store' | 'settings'>,
): void {
  async function find(request: FastifyRequest, { org, id }: RunPageParams): Promise<RunView> {
    const caller = await authenticate(request.headers)
    requireAccess(caller, ['read'])
    request.caller = caller
    const organization = ownOrganization(caller, org)
    const runId = runIdFrom(id)
    const run = runId === null ? null : await store.runs.get(organization.id, runId)
    if (run === null) throw notFound()
    return shownTo(caller, await showRun({ store, settings }, organization, run))
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const params = request.params as RunPageParams
    void reply.header('cache-control', 'no-store').header('vary', 'accept, authorization, x-api-key')
    const wantsJson = prefersJson(request.headers.accept)
    try {
      const run = await find(request, params)
      return await (wantsJson ? reply.send(run) : sendPage(reply, 200, runPage(run)))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (wantsJson) return sendProblem(error, request, reply, settings.baseUrl)
      if (error.code === 'unauthorized') void reply.header('www-authenticate', challenge(request.headers))
      return sendPage(reply, error.status, refusalPage(error, params, settings.baseUrl))
    }
  }

  app.get(RUN_PAGE_PATH, { schema: { hide: true } }, answer)
}

function prefersJson(accept = ''): boolean {
  return accept.includes('application/json') && !accept.includes('text/html')
}

function refusalPage(problem: Problem, { org, id }: RunPageParams, baseUrl: string): Markup {
  if (problem.code !== 'unauthorized') {
    return page(problem.status === 404 ? 'No such run' : 'Not shown', markup`<p>${problem.message}</p>`)
  }
  return page(
    'An API key is needed',
    markup`<p>This page needs an API key of the organization. A browser does not send one by itself.</p>
<p>To look the run up from a shell:</p>
<p><code>curl -H "X-API-Key: sk_live_…" ${baseUrl}${runLocation(encodeURIComponent(org), encodeURIComponent(id))}</code></p>`,
  )
}

function runPage(run: RunView): Markup {
  const facts: [string, string][] = [
    ['Result', run.result],
    ['Status', run.status],
    ['Workflow', run.workflow.name ?? `${run.workflow.id} (removed)`],
    ['Subject', run.subject ?? 'none'],
    ['Score', run.score === null ? 'none' : String(run.score)],
    ['Started', run.started_at ?? 'not yet'],
    ['Ended', run.ended_at ?? 'not yet'],
    ['Duration', run.duration_ms === null ? 'not known yet' : `${run.duration_ms} ms`],
    ['Findings', summaryOf(run)],
    ['Run', run.id],
    ['Validation', run.validation_id],
  ]
  if (run.error_category !== null) facts.push(['Cause', run.error_category])
  return page(
    `Run of ${run.workflow.name ?? 'a removed workflow'}: ${run.result}`,
    markup`<dl>${facts.map(([name, value]) => markup`\n<dt>${name}</dt><dd>${value}</dd>`)}
</dl>
${findingsTable(run)}
${scoreTable(run)}
${schemasList(run)}`,
  )
}

function summaryOf({ summary }: RunView): string {
  const { error_count: errors, warning_count: warnings, info_count: infos } = summary
  return `${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, ${infos} info`
}

function findingsTable({ findings, summary }: RunView): Markup {
  if (findings.length === 0) return markup`<p>There are no findings.</p>`
  const shown = findings.length < summary.total_findings ? ` (the first ${findings.length})` : ''
  const rows = findings.map(
    ({ severity, code, message, property, schema_type: schemaType, path, line, column }) => {
      const lines = line === null ? '' : ` (line ${line}${column === null ? '' : `, column ${column}`})`
      const place = `${path === '' ? '(whole document)' : path}${lines}`
      return markup`
<tr><td>${severity}</td><td>${findingWords({ message, property, schemaType })}</td><td><code>${place}</code></td><td><code>${code}</code></td></tr>`
    },
  )
  return markup`<h2 id="findings">Findings${shown}</h2>
<table aria-labelledby="findings">
<thead><tr><th scope="col">Severity</th><th scope="col">Message</th><th scope="col">Where</th><th scope="col">Rule</th></tr></thead>
<tbody>${rows}
</tbody>
</table>`
}

/** Why the score is what it is: which properties cost how much. */
function scoreTable({ score, score_details: details }: RunView): Markup {
  if (score === null || details === null) return markup``
  const rows = details.map(
    (scored) => markup`
<tr><td>${scored.type}</td><td>${scored.score}</td><td>${costsOf(scored)}</td></tr>`,
  )
  return markup`<h2 id="score">Score ${score}</h2>
<p>${SCORE_FORMULA}</p>
<table aria-labelledby="score">
<thead><tr><th scope="col">Type</th><th scope="col">Score</th><th scope="col">Missing properties, and the points they cost</th></tr></thead>
<tbody>${rows}
</tbody>
</table>`
}

function costsOf({ missing }: NonNullable<RunView['score_details']>[number]): string {
  if (missing.length === 0) return 'nothing'
  return missing.map(({ property, importance, cost }) => `${property} (${importance}) ${cost}`).join(', ')
}

function schemasList({ schemas }: RunView): Markup {
  if (schemas === null) return markup``
  if (schemas.length === 0)
    return markup`<h2>Types</h2>
<p>No structured data was found.</p>`
  return markup`<h2>Types</h2>
<dl>${schemas.map(
    ({ type, properties }) => markup`
<dt>${type}</dt><dd>${properties.map(({ name }) => name).join(', ') || 'no properties'}</dd>`,
  )}
</dl>`
}
