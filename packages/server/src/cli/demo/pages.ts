import { CommandError } from '../exit.ts'
import type { ApiClient, RunAnswer } from './client.ts'
import type { Site } from './site.ts'
import type { Story } from './story.ts'
import { expectedOf, type Expected } from './tally.ts'

const WORKFLOW = 'blog-pages'
const RUN_WAIT_SECONDS = 20

/** What a page's run says beside what any run says. */
interface PageRunAnswer extends RunAnswer {
  score: number | null
}

/** Judges a page, then the same page after its headline is gone; answers the webhooks that must come of it. */
export async function watchPage(
  client: ApiClient,
  organization: string,
  site: Site,
  story: Story,
): Promise<Expected[]> {
  const steps = [{ type: 'structured-data', name: 'Structured data', config: { types: ['Article'] } }]
  await client.post('/api/v1/workflows', { slug: WORKFLOW, name: 'Blog pages', steps })

  const judge = async (name: string): Promise<PageRunAnswer> => {
    const path = `/api/v1/orgs/${organization}/workflows/${WORKFLOW}/runs/?wait=${RUN_WAIT_SECONDS}`
    const run = await client.post<PageRunAnswer>(path, { url: site.url })
    if (run.result !== 'PASS' && run.result !== 'FAIL') {
      const reason = run.findings[0]?.message ?? run.status
      throw new CommandError(`Run ${run.id} of ${site.url} ended as ${run.result}: ${reason}`)
    }
    story.run(run, name)
    story.say(`      score ${run.score ?? 'none'}`)
    return run
  }
  const before = await judge('page, as it was')
  site.loseHeadline()
  const after = await judge('page, now')
  return [
    ...expectedOf(before.id, before.result),
    ...expectedOf(after.id, after.result, ['score.dropped', 'schema.changed']),
  ]
}
