export interface Migration {
  sql: string
}
