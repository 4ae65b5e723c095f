/** Which document's body and signature header an event bears. `both` is for webhook.test: both legacy headers. */
export type Dialect = 'validibot' | 'validgraph' | 'standard' | 'both'
