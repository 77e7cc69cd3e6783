/** Rooms and their doors: who may import whom, checked on every commit. Each rule carries the sentence that says what to
 *  do instead. Run from the top folder: depcruise --config .config/dependency-cruiser.cjs src workers */

/** A room may import the rooms listed after it, through their index.ts. src/cli and workers wire rooms together and are no rooms. */
const mayImport = {
  kernel: [],
  config: ['kernel'],
  records: ['kernel'],
  queue: ['kernel'],
  auth: ['kernel'],
  store: ['records', 'kernel'],
  sources: ['records', 'kernel'],
  directory: ['store', 'kernel'],
  access: ['directory', 'store', 'records', 'kernel'],
  read: ['access', 'store', 'kernel'],
  delivery: ['queue', 'store', 'kernel'],
  identity: ['directory', 'access', 'store', 'records', 'kernel'],
  patients: ['directory', 'read', 'identity', 'access', 'store', 'records', 'kernel'],
  sync: ['directory', 'sources', 'identity', 'access', 'queue', 'store', 'records', 'kernel'],
  cases: ['directory', 'patients', 'read', 'identity', 'access', 'delivery', 'store', 'records', 'kernel'],
  reminders: ['directory', 'cases', 'patients', 'read', 'delivery', 'access', 'store', 'kernel'],
  trends: ['directory', 'cases', 'read', 'access', 'store', 'kernel'],
  graphql: ['directory', 'sync', 'identity', 'access', 'read', 'patients', 'cases', 'reminders', 'trends', 'auth', 'kernel'],
  http: ['graphql', 'auth', 'access', 'sync', 'patients', 'cases', 'identity', 'trends', 'kernel'],
  sandbox: ['kernel'],
  web: [],
};

const error = (name, comment, edge) => ({ name, severity: 'error', comment, ...edge });

const roomRules = Object.entries(mayImport).map(([room, doors]) =>
  error(
    `${room}-imports-only-${doors.join('-') || 'itself'}`,
    `src/${room} may import ${doors.join(', ') || 'nothing but itself'}. Move the shared part down a room, or pass the value in from a main.ts.`,
    {
      from: { path: `^src/${room}/` },
      to: { path: '^(src|workers|test)/', pathNot: [`^src/${room}/`, ...doors.map((door) => `^src/${door}/`)] },
    },
  ),
);

/** The files of src/cases that decide and never touch the database, and the packages that deciding takes. */
const caseRules =
  '^src/cases/(vocabulary|rule-file|business-time|calendars|clock-rules|deadlines|classification|classification-rules|transitions)[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    error(
      'every-folder-of-src-is-a-known-room',
      'Add the room to the table in this file and in the README, with the rooms that it may import.',
      {
        from: { path: '^src/[^/]+/', pathNot: [`^src/(${[...Object.keys(mayImport), 'cli'].join('|')})/`] },
        to: {},
      },
    ),
    error('no-cycles', 'Two files import each other. Usually one small idea wants its own file below both.', {
      from: {},
      to: { circular: true },
    }),
    error('enter-rooms-by-the-front-door', "Import another room's index.ts. If what you need is missing there, export it on purpose.", {
      from: { path: '^(?:src/([^/]+)/|src/[^/]+$|workers/)' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$'] },
    }),
    error(
      'not-through-your-own-front-door',
      'Inside a room import the file itself; index.ts is for visitors. Otherwise small cycles grow into one knot.',
      {
        from: { path: '^src/([^/]+)/' },
        to: { path: '^src/$1/index[.]ts$' },
      },
    ),
    error(
      'connectors-do-not-know-each-other',
      'One way in = one folder. What bytes mean is shared in src/sources/formats; what a wire needs stays with its connector.',
      {
        from: { path: '^src/sources/(?!formats/)([^/]+)/' },
        to: { path: '^src/sources/(?!formats/)([^/]+)/', pathNot: ['^src/sources/$1/'] },
      },
    ),
    error('formats-are-pure', 'A format turns bytes into records: no network, disk, clock or database; that is the connector.', {
      from: { path: '^src/sources/formats/' },
      to: {
        pathNot: [
          '^src/sources/formats/',
          '^src/records/',
          '^src/kernel/index[.]ts$',
          '^node_modules/(zod|@medplum/core|node-x12|csv-parse|decimal[.]js|temporal-polyfill)',
        ],
      },
    }),
    error(
      'case-rules-are-pure',
      'Classification, clocks and transitions decide on facts that are handed in. Reading and writing is for the files beside them.',
      {
        from: { path: caseRules },
        to: { pathNot: [caseRules, '^src/kernel/index[.]ts$', '^node_modules/(zod|yaml|temporal-polyfill|date-holidays)/'] },
      },
    ),
    error('only-mains-read-config', 'Settings are read once at start and handed in.', {
      from: { path: '^(src|workers)/', pathNot: ['(^|/)main[.]ts$', '^src/config/'] },
      to: { path: '^src/config/' },
    }),
    error('sandbox-stays-out-of-production', 'Demo systems start from the cli or tests only.', {
      from: { path: '^(src|workers)/', pathNot: ['^src/(sandbox|cli)/'] },
      to: { path: '^src/sandbox/' },
    }),
    error('workers-do-not-import-graphql-or-web', 'Jobs and requests meet in the domain rooms.', {
      from: { path: '^workers/' },
      to: { path: '^src/(graphql|http|web|sandbox|cli)/' },
    }),
    error('nobody-imports-the-cli', 'The cli starts everything and is started by people. Move what you need into the room it belongs to.', {
      from: { path: '^(src|workers)/', pathNot: ['^src/cli/'] },
      to: { path: '^src/cli/' },
    }),
    error('nothing-imports-tests', 'Shared test material belongs in src/sandbox or src/sources/conformance.ts.', {
      from: { path: '^(src|workers)/' },
      to: { path: '^test/' },
    }),
    error('nothing-left-over', 'No one imports this file.', {
      from: { orphan: true, pathNot: ['[.]d[.]ts$', '^src/web/', '^src/cli/bootstrap[.]mjs$'] },
      to: {},
    }),
    error('nothing-unresolved', 'This import leads nowhere: write the file, its `.js` ending, or the package in package.json.', {
      from: {},
      to: { couldNotResolve: true },
    }),
  ],
  required: [
    error('connectors-implement-the-contract', 'connector.ts exports a Connector; the conformance kit runs against it.', {
      module: { path: '^src/sources/[^/]+/connector[.]ts$' },
      to: { path: '^src/sources/contract[.]ts$' },
    }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
