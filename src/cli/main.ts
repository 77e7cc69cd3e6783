#!/usr/bin/env node
/** The hub's commands. This file reads the settings, once, and hands them to the command's own file, which is loaded only
 *  when it is called. One clear sentence on standard error and exit code 1 where something cannot be done. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { environmentSettings, readConfig, type Flags } from '../config/index.js';
import { queueNames, type QueueName } from '../kernel/index.js';
import { sentenceFor } from './fault.js';
import { complain } from './terminal.js';

interface Common extends Flags {
  readonly config?: string;
}

const settingsOf = ({ config, data, port }: Common) =>
  readConfig({ file: config, env: process.env, cwd: process.cwd(), flags: { data, port } });

const variables = (): string[] => Object.entries(environmentSettings).map(([name, use]) => `  ${name.padEnd(25)} ${use}`);

const program = new Command('hub')
  .description('Patient Relations Hub: complaint cases joined with the patient, over the source systems.')
  .addHelpText('after', () => `\nEnvironment, over hub.yaml:\n${variables().join('\n')}`)
  .showHelpAfterError('(hub --help lists the commands)');

/** A command with the options that say where its settings and data are. */
const withSettings = (of: Command): Command =>
  of.option('--config <file>', 'settings file (hub.yaml)').option('--data <folder>', 'data folder (.hub)');
const command = (name: string, description: string): Command => withSettings(program.command(name).description(description));

const whole =
  (most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`expected a whole number from 1 to ${most}.`);
  };
function readQueues(text: string): QueueName[] {
  const names = text.split(',').map((name) => name.trim());
  const known = queueNames.filter((name) => names.includes(name));
  if (known.length === new Set(names).size) return known;
  throw new InvalidArgumentError(`expected some of ${queueNames.join(', ')}.`);
}
const port = () => new Option('--port <number>', 'port of the gateway, 0 for any free one (4000)');

command('up', 'everything in one process tree')
  .addOption(port())
  .option('--demo', 'with demo source systems, synthetic people and cases')
  .option('--people <number>', 'how many synthetic people', whole(100_000), 200)
  .action(async (options: Common & { demo?: boolean; people: number }) => {
    const settings = settingsOf(options);
    const { up } = await import('./up.js');
    await up(settings, { demo: options.demo === true, people: options.people });
  });

command('gateway', 'the gateway alone, on a database that `hub migrate` prepared')
  .addOption(port())
  .action(async (options: Common) => {
    const settings = settingsOf(options);
    const { gateway } = await import('./gateway.js');
    await gateway(settings);
  });

command('worker', 'workers alone')
  .option('--queues <names>', `of ${queueNames.join(', ')}, with commas between; all where not said`, readQueues)
  .action(async (options: Common & { queues?: QueueName[] }) => {
    const settings = settingsOf(options);
    const { worker } = await import('./worker.js');
    await worker(settings, options.queues ?? null);
  });

command('migrate', 'brings the database to this version of the hub')
  .option('--check', 'only tells whether it is')
  .action(async (options: Common & { check?: boolean }) => {
    const settings = settingsOf(options);
    const { checkMigrations, migrate } = await import('./migrate.js');
    await (options.check ? checkMigrations : migrate)(settings);
  });

command('token', 'a token of the development issuer, alone on the last line')
  .requiredOption('--role <role>', 'role of the policy')
  .option('--user <id>', 'key or id of a person of the directory; the first of the role where not said')
  .option('--purpose <code>', 'purpose of use; the first of the role where not said')
  .option('--department <id...>', "keys or ids; the person's own where not said")
  .option('--facility <id>', "key or id; the person's own where not said")
  .option('--minutes <number>', 'how long it is good', whole(30 * 24 * 60), 60)
  .action(
    async ({
      department: departments,
      ...options
    }: Common & { role: string; user?: string; purpose?: string; department?: string[]; facility?: string; minutes: number }) => {
      const settings = settingsOf(options);
      const { token } = await import('./token.js');
      await token(settings, { ...options, departments });
    },
  );

const source = program.command('source').description('the source systems of the running hub');
const sourceCommand = (name: string, description: string): Command => withSettings(source.command(name).description(description));

sourceCommand('list', 'their names, kinds and what they supply').action(async (options: Common) => {
  const { listSources } = await import('./source.js');
  await listSources(settingsOf(options));
});
sourceCommand('status', 'their last run and its counts').action(async (options: Common) => {
  const { sourceStatus } = await import('./source.js');
  await sourceStatus(settingsOf(options));
});
sourceCommand('sync', 'reads one now')
  .argument('<name>', 'the source')
  .option('--full', 'from the beginning')
  .action(async (name: string, options: Common & { full?: boolean }) => {
    const { syncSource } = await import('./source.js');
    await syncSource(settingsOf(options), { name, full: options.full === true });
  });

const policy = program.command('policy').description('the policy in force: who may see what');

withSettings(policy.command('apply').description('puts the policy files in force; the next request is decided by them'))
  .option('--policy <folder>', 'the files; those of the settings where not said')
  .option('--wait', 'until rows are labelled anew, where label rules changed')
  .action(async (options: Common & { policy?: string; wait?: boolean }) => {
    const settings = settingsOf(options);
    const { policyApply } = await import('./policy-apply.js');
    await policyApply(settings, { policy: options.policy, wait: options.wait === true });
  });
withSettings(policy.command('explain').description('says which rule decides, when, and how to ask'))
  .requiredOption('--role <role>', 'role of the policy')
  .requiredOption('--field <name>', 'Type.field, a PHI class, or search.identifier | search.phone')
  .option('--purpose <code>', 'purpose of use; each of the role where not said')
  .option('--patient <id>', 'with --user: whether the condition holds now, for this patient')
  .option('--user <id>', 'key or id of a person of the directory')
  .action(async (options: Common & { role: string; field: string; purpose?: string; patient?: string; user?: string }) => {
    const settings = settingsOf(options);
    const { policyExplain } = await import('./policy-explain.js');
    await policyExplain(settings, options);
  });
const readme = (of: 'policy' | 'clocks', parent: Command): Command =>
  parent
    .command('readme')
    .description(`writes schema/${of}/README.md from the files beside it`)
    .option('--check', 'only tells whether it is current')
    .action(async (options: { check?: boolean }) => {
      const { writeReadme } = await import('./rule-readmes.js');
      await writeReadme(of, { check: options.check === true });
    });
readme('policy', policy);
readme('clocks', program.command('clocks').description('the clocks that run on cases'));

const audit = program.command('audit').description('the audit trail');
const auditCommand = (name: string, description: string): Command => withSettings(audit.command(name).description(description));

auditCommand('verify', 'names what was altered, taken out, put in or cut off')
  .option('--key <file>', "public keys to believe, as `hub audit key` printed them; the data folder's own where not said")
  .action(async (options: Common & { key?: string }) => {
    const { verifyAudit } = await import('./audit.js');
    await verifyAudit(settingsOf(options), { keyFile: options.key ?? null });
  });
auditCommand('export', 'the trail as FHIR R4 AuditEvents (IHE BALP), one a line')
  .option('--from <when>', 'a day or an instant')
  .option('--to <when>', 'a day or an instant, not with it')
  .option('--patient <id>', 'only of this patient (pat_...)')
  .option('--user <id>', 'only of this person of the directory (usr_...)')
  .option('--out <file>', 'a new file; standard output where not said')
  .action(async (options: Common & { from?: string; to?: string; patient?: string; user?: string; out?: string }) => {
    const { exportAudit } = await import('./audit-export.js');
    await exportAudit(settingsOf(options), options);
  });
auditCommand('accounting', "a patient's accounting of disclosures (45 CFR 164.528)")
  .requiredOption('--patient <id>', 'the patient (pat_...)')
  .action(async (options: Common & { patient: string }) => {
    const { tellAccounting } = await import('./accounting.js');
    await tellAccounting(settingsOf(options), options.patient);
  });
auditCommand('key', 'the public half of the key that signs checkpoints').action(async (options: Common) => {
  const { showAuditKey } = await import('./audit.js');
  await showAuditKey(settingsOf(options));
});
auditCommand('retire', 'takes away months that are older than the settings keep, up to a signed checkpoint')
  .option('--dry-run', 'only tells which')
  .action(async (options: Common & { dryRun?: boolean }) => {
    const { retireAudit } = await import('./audit.js');
    await retireAudit(settingsOf(options), { dryRun: options.dryRun === true });
  });

program
  .command('schema')
  .description('writes schema/schema.graphql as the code says it')
  .option('--check', 'only tells whether it is current')
  .action(async (options: { check?: boolean }) => {
    const { schema } = await import('./schema.js');
    await schema({ check: options.check === true });
  });

withSettings(
  program
    .command('demo')
    .description('the demo of the running hub')
    .command('advance')
    .description('moves the business clock')
    .argument('<span>', 'such as 3d'),
).action(async (span: string, options: Common) => {
  const { advance } = await import('./advance.js');
  await advance(settingsOf(options), span);
});

command('doctor', 'looks at what a hub needs, and changes nothing')
  .addOption(port())
  .action(async (options: Common) => {
    const settings = settingsOf(options);
    const { doctor } = await import('./doctor.js');
    await doctor(settings);
  });

program.command('worker-process', { hidden: true }).action(async () => {
  const { runWorkerProcess } = await import('./worker-process.js');
  runWorkerProcess();
  await new Promise(() => undefined); // it ends the process itself
});

// `hub source status | head`: whoever listened has heard enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  complain(sentenceFor(error));
  process.exit(1);
}
