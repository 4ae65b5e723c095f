// The house rules. Each says in its comment why it is there; ARCHITECTURE.md draws the same rooms.
const SERVER = '^packages/server/src'
const STAGES = 'schedule|fetch|validate|detect|accept|dispatch|sign|send|settle|watch'
const TEST = String.raw`\.test\.ts$|/conformance/|^packages/[^/]+/test/`

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one thing or three: a reader cannot begin at either.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-imports-nothing',
      comment: 'The words stand on their own; whatever they needed would be under everything.',
      severity: 'error',
      from: { path: `${SERVER}/core/`, pathNot: TEST },
      to: { pathNot: [`${SERVER}/core/`, '^node:crypto$|^crypto$'] },
    },
    {
      name: 'core-draws-chance-in-one-file',
      comment: 'Randomness is injected; core/random.ts is where the machine hands it out.',
      severity: 'error',
      from: { path: `${SERVER}/core/`, pathNot: [`${SERVER}/core/random\\.ts$`, TEST] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'deciding-does-no-io',
      comment: 'Detection, settlement and matching are pure, so that a simulation and a proof can hold them.',
      severity: 'error',
      from: { path: `${SERVER}/(detect|settle|accept/match)`, pathNot: TEST },
      to: { pathNot: [`${SERVER}/(core|catalogue|detect|settle)/`, `${SERVER}/store/work\\.ts$`] },
    },
    {
      name: 'stages-do-not-know-each-other',
      comment:
        'A value goes from stage to stage by the pipelines; a stage that calls another walks back or skips ahead.',
      severity: 'error',
      from: { path: `${SERVER}/(${STAGES})/`, pathNot: TEST },
      to: { path: `${SERVER}/(${STAGES})/`, pathNot: `${SERVER}/$1/` },
    },
    {
      name: 'stages-see-words-and-interfaces-only',
      comment:
        'A stage needs core, the catalogue, the store’s interface and telemetry; it never reaches up or sideways.',
      severity: 'error',
      from: { path: `${SERVER}/(${STAGES})/`, pathNot: TEST },
      to: {
        path: `${SERVER}/(api|carriers|cli|config|identity|pipelines|store/(memory|sqlite|conformance))/|${SERVER}/[^/]+\\.ts$`,
      },
    },
    {
      name: 'messages-are-written-from-events-alone',
      comment: 'What people read of an event depends on the event, and on nothing that carries it.',
      severity: 'error',
      from: { path: `${SERVER}/message/`, pathNot: TEST },
      to: { path: `${SERVER}/`, pathNot: `${SERVER}/(core|catalogue|message)/` },
    },
    {
      name: 'carriers-know-the-stages-they-join',
      comment:
        'A carrier signs or writes, and sends; who asks for it and where it is stored is not its business.',
      severity: 'error',
      from: { path: `${SERVER}/carriers/`, pathNot: TEST },
      to: { path: `${SERVER}/`, pathNot: `${SERVER}/(carriers|catalogue|core|message|send|sign)/` },
    },
    {
      name: 'carriers-do-not-know-each-other',
      comment:
        'What two of them share stands beside their folders; a carrier can be taken away with its folder.',
      severity: 'error',
      from: { path: `${SERVER}/carriers/([^/]+)/`, pathNot: TEST },
      to: { path: `${SERVER}/carriers/[^/]+/`, pathNot: `${SERVER}/carriers/$1/` },
    },
    {
      name: 'a-carrier-is-opened-by-the-table',
      comment:
        'Whoever asks for one carrier by name forgets the next one. Webhooks are a resource of their own and name theirs.',
      severity: 'error',
      from: {
        path: `${SERVER}/`,
        pathNot: [`${SERVER}/carriers/`, `${SERVER}/api/(routes/webhooks/|views/webhook\\.ts)`, TEST],
      },
      to: { path: `${SERVER}/carriers/[^/]+/` },
    },
    {
      name: 'only-compose-picks-an-engine',
      comment:
        'Whoever else named a storage engine could not run on another. (The CLI opens the embedded one through it.)',
      severity: 'error',
      from: { path: `${SERVER}/`, pathNot: [`${SERVER}/store/`, `${SERVER}/compose\\.ts$`, TEST] },
      to: { path: `${SERVER}/store/(memory|sqlite|postgres)/` },
    },
    {
      name: 'engines-do-not-know-each-other',
      comment: 'Siblings pass the same suite; they share its interface and nothing else.',
      severity: 'error',
      from: { path: `${SERVER}/store/(memory|sqlite|postgres)/`, pathNot: TEST },
      to: { path: `${SERVER}/store/(memory|sqlite|postgres)/`, pathNot: `${SERVER}/store/$1/` },
    },
    {
      name: 'store-needs-only-words',
      comment: 'The rules reach a store as functions it is handed; it imports none of them.',
      severity: 'error',
      from: { path: `${SERVER}/store/`, pathNot: TEST },
      to: { path: `${SERVER}/`, pathNot: `${SERVER}/(core|store)/` },
    },
    {
      name: 'nobody-above-the-api',
      comment: 'Routes and verbs are the outermost rooms: only compose, main and bin open them.',
      severity: 'error',
      from: {
        path: `${SERVER}/(core|catalogue|message|${STAGES}|store|identity|config|telemetry)/`,
        pathNot: TEST,
      },
      to: { path: `${SERVER}/(api|carriers|cli|pipelines)/|${SERVER}/[^/]+\\.ts$` },
    },
    {
      name: 'api-and-pipelines-meet-in-an-interface',
      comment:
        'Routes ask for what api/services.ts says; the pipelines give it. Neither knows more of the other.',
      severity: 'error',
      from: { path: `${SERVER}/pipelines/`, pathNot: TEST },
      to: { path: `${SERVER}/(api|cli)/`, pathNot: `${SERVER}/api/services\\.ts$` },
    },
    {
      name: 'api-does-not-know-the-pipelines',
      comment: 'The other half of the rule above.',
      severity: 'error',
      from: { path: `${SERVER}/api/`, pathNot: TEST },
      to: { path: `${SERVER}/pipelines/` },
    },
    {
      name: 'production-imports-no-tests',
      comment: 'What ships must build and run without what checks it.',
      severity: 'error',
      from: { pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: 'receiver-has-no-dependencies',
      comment: 'It is pasted into other people’s servers: nothing but Node’s own modules.',
      severity: 'error',
      from: { path: '^packages/receiver/src/', pathNot: TEST },
      to: { pathNot: ['^packages/receiver/src/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'guard-needs-only-words',
      comment: 'What decides where requests go is read and proved by itself; nothing else can weaken it.',
      severity: 'error',
      from: { path: `${SERVER}/guard/`, pathNot: TEST },
      to: { path: `${SERVER}/`, pathNot: `${SERVER}/(core|guard)/` },
    },
    {
      name: 'only-threads-load-judges',
      comment:
        'A judge meets hostile input, and its libraries would cost the server memory and its start time.',
      severity: 'error',
      from: { path: `${SERVER}/`, pathNot: [`${SERVER}/validate/worker/judges\\.ts$`, TEST] },
      to: { path: `${SERVER}/validate/validators/[^/]+/judge\\.ts$` },
    },
    {
      name: 'what-the-server-knows-of-a-validator-is-light',
      comment: 'The other half of the same: the file the server does load brings no parser with it.',
      severity: 'error',
      from: { path: `${SERVER}/validate/validators/[^/]+/validator\\.ts$` },
      to: { path: 'node_modules', pathNot: 'node_modules/zod/' },
    },
    {
      name: 'cel-needs-only-words',
      comment: 'The language is the same for whoever asks; what its variables mean is theirs to know.',
      severity: 'error',
      from: { path: `${SERVER}/cel/`, pathNot: TEST },
      to: { path: `${SERVER}/`, pathNot: `${SERVER}/(core|cel)/` },
    },
    {
      name: 'net-needs-only-words-and-the-guard',
      comment: 'What every request has in common knows none of those who make them.',
      severity: 'error',
      from: { path: `${SERVER}/net/`, pathNot: TEST },
      to: { path: `${SERVER}/`, pathNot: `${SERVER}/(core|guard|net)/` },
    },
    {
      name: 'only-send-and-fetch-open-sockets',
      comment:
        'The other stages judge and store; a request from one of them would be one that nobody bounds.',
      severity: 'error',
      from: { path: `${SERVER}/(${STAGES})/`, pathNot: [`${SERVER}/(send|fetch)/`, TEST] },
      to: { path: `${SERVER}/(guard|net)/|node_modules/(undici|nodemailer)/` },
    },
    {
      name: 'deliveries-have-a-sender-of-their-own',
      comment:
        'undici refuses answers that acknowledge a delivery all the same, and shares its connections; it is for pages.',
      severity: 'error',
      from: { path: `${SERVER}/send/`, pathNot: TEST },
      to: { path: 'node_modules/undici/' },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that package.json does not name is there by luck.',
      severity: 'error',
      from: { pathNot: TEST },
      // The workspace's own receiver is a link into packages/, which reads as a file and not as a package.
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        pathNot: '^packages/receiver/',
      },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that cannot be found fails at run time, maybe only in one branch.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules|/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
}
