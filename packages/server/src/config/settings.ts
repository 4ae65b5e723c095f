import { LIMITS } from '../core/limits.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'
import * as kinds from './kinds.ts'
import type { Kind } from './kinds.ts'

/** Every setting of the server, read and checked. Frozen; a part is handed only what it needs of it. */
export interface Settings {
  host: string
  port: number
  /** How others reach this server, without a slash at the end; used in links. */
  baseUrl: string
  /** Absolute path. */
  dataDir: string
  /** `sqlite:` or null: both mean the embedded database in the data directory. */
  databaseUrl: string | null
  /** Whether webhooks and pages may have plain http URLs. */
  allowHttp: boolean
  /** Private networks that webhooks and pages may be in, e.g. `10.1.0.0/16`. */
  allowCidr: readonly string[]
  /** Name servers that resolve the hosts of URLs, as `address` or `address:port`; empty means the machine's own. */
  dnsServers: readonly string[]
  logLevel: LogLevel
  logFormat: LogFormat
  /** How long finished work is kept. */
  retentionMs: number
  /** Requests in flight over all webhooks, and to one of them. */
  sendConcurrency: number
  webhookConcurrency: number
  validatorThreads: number
  validatorTimeoutMs: number
  validatorMemoryMb: number
  requestBytesMax: number
  /** Requests that one API key may make in a minute. */
  rateLimitPerMinute: number
  /** Base64 of the 32 bytes that seal signing secrets; null means the data directory's secret.key. */
  secretKey: string | null
  /** The mail server that carries e-mail channels, as core/mail.ts reads it; null means there is none. */
  smtpUrl: string | null
  /** Whom that mail comes from: `alerts@example.com` or `Alerts <alerts@example.com>`. */
  smtpFrom: string | null
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
type LogLevel = (typeof LOG_LEVELS)[number]

/** `auto` is pretty on a terminal and json elsewhere. */
const LOG_FORMATS = ['auto', 'json', 'pretty'] as const
type LogFormat = (typeof LOG_FORMATS)[number]

/** What a default may depend on. */
export interface Machine {
  workingDirectory: string
  /** Threads the machine runs at once. */
  parallelism: number
}

/** One row of the table of settings. */
export interface Setting<Value> {
  /** As in the configuration file; `--allow-http` and `SEALPOST_ALLOW_HTTP` follow from `allow_http` (names.ts). */
  name: string
  kind: Kind<Value>
  default(machine: Machine, host: string, port: number): Value
  /** In words, where the default differs between machines. */
  defaultShown?: string
  /** One sentence. */
  description: string
  /** Not offered as a flag, since every user of the machine can read a command line; never shown. */
  isSecret?: true
}

/** The one place where settings are declared; host and port come first because base_url's default needs them. */
export const SETTINGS: { readonly [Key in keyof Settings]: Setting<Settings[Key]> } = {
  host: {
    name: 'host',
    kind: kinds.host,
    default: () => '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 (or :: for IPv6 too) opens the server to other machines.',
  },
  port: {
    name: 'port',
    kind: kinds.integer('PORT', 0, 65_535),
    default: () => 8080,
    description: 'Port to listen on; 0 takes any free one.',
  },
  baseUrl: {
    name: 'base_url',
    kind: kinds.baseUrl,
    default: (_machine, host, port) => `http://${kinds.hostInUrl(reachable(host))}:${port}`,
    defaultShown: 'http://HOST:PORT',
    description: 'How others reach this server; the links in webhooks begin with it.',
  },
  dataDir: {
    name: 'data_dir',
    kind: kinds.path,
    default: () => 'sealpost-data',
    defaultShown: './sealpost-data',
    description:
      'Directory of the database and of the key that seals signing secrets. `sealpost serve` creates it if it does not exist.',
  },
  databaseUrl: {
    name: 'database_url',
    kind: kinds.databaseUrl,
    default: () => null,
    description: 'Where the data is kept. This version has the embedded store only.',
  },
  allowHttp: {
    name: 'allow_http',
    kind: kinds.boolean,
    default: () => false,
    description: 'Allows plain http URLs for webhooks and pages. Anybody on the way can read such requests.',
  },
  allowCidr: {
    name: 'allow_cidr',
    kind: kinds.networks,
    default: () => [],
    description:
      'Private networks that webhooks and pages may be in; every other private address is refused.',
  },
  dnsServers: {
    name: 'dns_servers',
    kind: kinds.nameServers,
    default: () => [],
    description: "Name servers that look up the hosts of URLs, instead of the machine's own.",
  },
  logLevel: {
    name: 'log_level',
    kind: kinds.choice('LEVEL', LOG_LEVELS),
    default: () => 'info',
    description: 'Lowest level that is logged. info has one line for each event, attempt and run.',
  },
  logFormat: {
    name: 'log_format',
    kind: kinds.choice('FORMAT', LOG_FORMATS),
    default: () => 'auto',
    description:
      'How logs are written: json for programs, pretty for people; auto is pretty on a terminal and json elsewhere.',
  },
  retentionMs: {
    name: 'retention',
    kind: kinds.duration(MINUTE_MS, 3_650 * DAY_MS),
    default: () => 30 * DAY_MS,
    description:
      'How long finished deliveries, events and runs are kept, and deliveries held for a stopped webhook. Those are cancelled then. Pending work is never removed.',
  },
  sendConcurrency: {
    name: 'send_concurrency',
    kind: kinds.integer('COUNT', 1, 10_000),
    default: () => 512,
    description:
      'Requests in flight at once, over all webhooks. Requests that have hung for 2 s do not count; there can be as many of these again.',
  },
  webhookConcurrency: {
    name: 'webhook_concurrency',
    kind: kinds.integer('COUNT', 1, 1_000),
    default: () => 10,
    description: 'Requests in flight at once to one webhook.',
  },
  validatorThreads: {
    name: 'validator_threads',
    kind: kinds.integer('COUNT', 1, 64),
    default: ({ parallelism }) => Math.min(4, Math.max(1, parallelism - 1)),
    defaultShown: 'one less than the processors, from 1 to 4',
    description:
      'Worker threads that judge what one organization submits. One more starts when another organization submits meanwhile.',
  },
  validatorTimeoutMs: {
    name: 'validator_timeout',
    kind: kinds.duration(100, 10 * MINUTE_MS),
    default: () => 10 * SECOND_MS,
    description: 'How long one step may take to judge a submission before the run ends as TIMED_OUT.',
  },
  validatorMemoryMb: {
    name: 'validator_memory',
    kind: kinds.integer('MB', 32, 4_096),
    default: () => 128,
    description: 'Memory that one worker thread may use, in megabytes.',
  },
  requestBytesMax: {
    name: 'request_bytes_max',
    kind: kinds.integer('BYTES', 1_024, 64 * 1_024 * 1_024),
    default: () => LIMITS.requestBytesMax,
    description: 'Largest request body that the API reads, and so the largest document, in bytes.',
  },
  rateLimitPerMinute: {
    name: 'rate_limit',
    kind: kinds.integer('COUNT', 1, 10_000_000),
    default: () => 120_000,
    description: 'Requests that one API key may make in a minute.',
  },
  secretKey: {
    name: 'secret_key',
    kind: kinds.secretKey,
    default: () => null,
    description: 'Key that seals signing secrets in the database: base64 of 32 bytes.',
    isSecret: true,
  },
  smtpUrl: {
    name: 'smtp_url',
    kind: kinds.smtpUrl,
    default: () => null,
    description:
      'Mail server for e-mail channels. `smtps://` uses TLS from the first byte. `smtp://` uses STARTTLS and sends nothing without it; `?tls=off` sends without TLS.',
    isSecret: true,
  },
  smtpFrom: {
    name: 'smtp_from',
    kind: kinds.mailbox,
    default: () => null,
    description: 'Sender address of e-mail channels, with or without a name.',
  },
}

export const SETTING_KEYS = Object.keys(SETTINGS) as (keyof Settings)[]

/** A value as help texts, the reference page and `doctor` show it; a secret one is only said to be set. */
export function showSetting<Key extends keyof Settings>(key: Key, value: Settings[Key]): string {
  const kind: Kind<Settings[Key]> = SETTINGS[key].kind
  return kind.show(value)
}

/** A wildcard address is no place to send anybody. */
function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? 'localhost' : host
}
