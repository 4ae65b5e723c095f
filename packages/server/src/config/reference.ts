import { CLIENT_SETTING_KEYS, CLIENT_SETTINGS, type ClientSettings } from './client-settings.ts'
import { settingsWith } from './load.ts'
import { fileVariableOf, flagOf, variableOf } from './names.ts'
import { SETTING_KEYS, SETTINGS, showSetting, type Settings } from './settings.ts'

/** Of any machine: a default that depends on it is shown in words. */
const DEFAULTS = settingsWith({}, { workingDirectory: '/', parallelism: 1 })

/** A setting's default as help texts and the reference page show it. */
export function defaultShown(key: keyof Settings): string {
  return SETTINGS[key].defaultShown ?? showSetting(key, DEFAULTS[key])
}

/** docs/reference/configuration.md, made from the table of settings by `npm run docs`. */
export function renderConfigurationPage(): string {
  return `# Configuration

<!-- Generated from packages/server/src/config/settings.ts by \`npm run docs\`; change it there. -->

Sealpost starts with no configuration at all. You can give a setting in three places. A later place wins:

1. a configuration file in YAML or JSON: the one that \`--config\` or \`SEALPOST_CONFIG\` names, else \`sealpost.yaml\` in the
   working directory;
2. an environment variable, or the same name with \`_FILE\` at its end, which names a file that holds the value (as
   container secrets do);
3. a flag of the command line.

Lists are written with commas, as a repeated flag, or as a YAML list. Times are \`30d\`, \`12h\`, \`5m\`, \`10s\` or \`250ms\`.
An empty variable counts as unset. If a name is unknown or a value cannot be used, the server does not start: it ends with exit code 2
and names each of them. \`sealpost doctor\` shows every setting and where it came from.

| In the file | Default | Meaning |
|---|---|---|
${SETTING_KEYS.map((key) => `| [\`${SETTINGS[key].name}\`](#${SETTINGS[key].name}) | ${defaultShown(key)} | ${SETTINGS[key].description} |`).join('\n')}

\`\`\`yaml
# sealpost.yaml
host: 0.0.0.0
base_url: https://hooks.example.com
data_dir: /var/lib/sealpost
retention: 90d
allow_cidr:
  - 10.20.0.0/16
\`\`\`
${SETTING_KEYS.map(renderSetting).join('')}
## Calling a running server

The commands that talk to a running server read these from flags or variables (or \`_FILE\`, as above), but not from a file.
They are not settings of the server.

| Flag | Environment | Default | Meaning |
|---|---|---|---|
${CLIENT_SETTING_KEYS.map(renderClientSetting).join('\n')}
`
}

function renderClientSetting(key: keyof ClientSettings): string {
  const setting = CLIENT_SETTINGS[key]
  const cells = [
    `\`${flagOf(setting)}\``,
    `\`${variableOf(setting)}\``,
    setting.default ?? 'none',
    setting.description,
  ]
  return `| ${cells.join(' | ')} |`
}

function renderSetting(key: keyof Settings): string {
  const setting = SETTINGS[key]
  const placeholder = setting.kind.placeholder === null ? '' : ` ${setting.kind.placeholder}`
  const flag = setting.isSecret
    ? 'none, since every user of the machine can read a command line'
    : `\`${flagOf(setting)}${placeholder}\`${setting.kind.isList ? ' (repeatable)' : ''}`
  return `
## ${setting.name}

${setting.description}

- Value: ${setting.kind.right}
- Default: ${defaultShown(key)}
- Flag: ${flag}
- Environment: \`${variableOf(setting)}\` or \`${fileVariableOf(setting)}\`
`
}
