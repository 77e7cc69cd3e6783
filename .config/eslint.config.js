/** What the compiler cannot see. Each ban names what to use instead; an exception stands here, as one block with its
 *  reason, and never as a switch inside a file. Few rules, all typed where types matter: the whole run must stay under a
 *  minute on two cores. Layout is prettier's business. */
import { resolve } from 'node:path';
import tseslint from 'typescript-eslint';

const root = resolve(import.meta.dirname, '..');

const ban = {
  clock: [
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: "Ask a Clock from kernel: clock.now(). The business clock can be moved, the machine's cannot.",
    },
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message: 'Ask a Clock from kernel: clock.now().getTime(), or performance.now() to measure how long something took.',
    },
    { selector: "MemberExpression[object.name='Temporal'][property.name='Now']", message: 'Ask a Clock from kernel: clock.now().' },
  ],
  environment: [
    {
      selector: "MemberExpression[object.name='process'][property.name='env']",
      message: 'Settings are read once, by src/config; take the value as an argument.',
    },
    {
      selector: "ImportDeclaration[source.value='node:process'] ImportSpecifier[imported.name='env']",
      message: 'Settings are read once, by src/config; take the value as an argument.',
    },
  ],
  cast: [
    {
      selector: 'TSAsExpression > TSAsExpression[typeAnnotation.type="TSUnknownKeyword"]',
      message: 'Check the value with a zod schema or a type guard instead of casting through unknown.',
    },
    {
      selector: 'TSAsExpression > TSAsExpression[typeAnnotation.type="TSAnyKeyword"]',
      message: 'Check the value with a zod schema or a type guard instead of casting through any.',
    },
  ],
  // Constructors may name their fields; the rest is what a framework hands in: an Express error handler, a GraphQL resolver,
  // a method whose parameters carry decorators, the groups of a regular expression.
  parameters: [
    {
      selector:
        ':matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression)[params.length>3]' +
        ":not(MethodDefinition[kind='constructor'] > *)" +
        ':not(CallExpression[callee.property.name=/^replace(All)?$/] > *)' +
        ':not([params.0.decorators.length>0])' +
        ':not([params.3.typeAnnotation.typeAnnotation.typeName.name=/^(NextFunction|GraphQLResolveInfo)$/])',
      message: 'More than three parameters: take one object whose fields say what they are.',
    },
  ],
  suite: [
    {
      selector: "CallExpression[callee.object.name=/^(it|test|describe)$/][callee.property.name='only']",
      message: 'Remove .only: the other tests of this file would be left out unseen.',
    },
  ],
};
const banned = (...groups) => ({ 'no-restricted-syntax': ['error', ...groups.flat()] });
const noConsole = {
  'no-restricted-globals': [
    'error',
    { name: 'console', message: 'Take a Log from kernel (createLog): it writes lines without PHI. Only the cli talks to people.' },
  ],
};

/** Few enough to know by heart; each has caught a real fault in a code base like this one. */
const typed = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
};

const syntax = {
  '@typescript-eslint/consistent-type-imports': ['error', { prefer: 'type-imports', fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-explicit-any': ['error', { fixToUnknown: false }],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/ban-ts-comment': 'error',
  '@typescript-eslint/no-namespace': 'error',
};

const plain = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-var': 'error',
  'prefer-const': 'error',
  'no-empty': 'error',
  'no-debugger': 'error',
  'no-fallthrough': 'error',
  'no-unreachable': 'error',
  'no-self-compare': 'error',
  'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
  'no-control-regex': 'error',
  'no-eval': 'error',
  'no-new-func': 'error',
  'no-unsafe-finally': 'error',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.hub/', '.cache/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{js,mjs,cjs}'], rules: { ...plain, 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: root } },
    rules: { ...plain, ...syntax, ...typed, ...noConsole, ...banned(ban.clock, ban.environment, ban.cast, ban.parameters) },
  },

  // ---- exceptions, each with its reason ----
  // The places that own the clock, the environment and the terminal, so that nobody else has to.
  { files: ['src/kernel/clock.ts'], rules: banned(ban.environment, ban.cast, ban.parameters) },
  { files: ['src/config/**/*.ts'], rules: banned(ban.clock, ban.cast, ban.parameters) },
  { files: ['src/cli/**/*.ts'], rules: { ...banned(ban.cast, ban.parameters), 'no-restricted-globals': 'off' } },
  // Tests look at clocks from outside, and their tables have as many columns as they need; what starts services for them, and the bench, also talk to the environment and the terminal.
  {
    files: ['test/**/*.ts'],
    rules: { ...banned(ban.environment, ban.cast, ban.suite), '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['test/{support,bench,guards}/**/*.ts'], rules: { ...banned(ban.cast, ban.suite), 'no-restricted-globals': 'off' } },
);
