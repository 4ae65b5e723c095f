import type { Section } from '../bench.ts'
import { hangOnOwnHosts } from './hanging/own-hosts.ts'
import { hangAtOneOrigin } from './hanging/shared-origin.ts'

const MAKING_SECONDS = 6
const BETWEEN_SECONDS = 0.5

export const hanging: Section = {
  name: 'hanging',
  title: '30 % of webhooks hang: what the others notice, due to receipt, steady rate',
  seconds: ({ rounds, hangingLeadSeconds, hangingSeconds }) =>
    2 * (MAKING_SECONDS + 2 * (hangingLeadSeconds + rounds * (hangingSeconds + BETWEEN_SECONDS))),
  run: async (bench) => [...(await hangOnOwnHosts(bench)), ...(await hangAtOneOrigin(bench))],
}
