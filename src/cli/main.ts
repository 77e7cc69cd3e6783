#!/usr/bin/env node
/** The hub's commands. This file reads the settings, once, and hands them to the command's own file, which is loaded only
 *  when it is called. One clear sentence on standard error and exit code 1 where something cannot be done. */
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readConfig, type Flags } from '../config/index.js';
import { HubError } from '../kernel/index.js';

interface Common extends Flags {
  readonly config?: string;
}

const settingsOf = ({ config, data, port }: Common) => readConfig({ file: config, env: process.env, cwd: process.cwd(), flags: { data, port } });

const program = new Command('hub')
  .description('Patient Relations Hub: complaint cases joined with the patient, over the source systems.')
  .showHelpAfterError('(hub --help lists the commands)');

/** A command with the options that say where its settings and data are. */
const command = (name: string, description: string): Command =>
  program.command(name).description(description).option('--config <file>', 'settings file (hub.yaml)').option('--data <folder>', 'data folder (.hub)');

const whole = (most: number) => (text: string): number => {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${most}.`);
};
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

program
  .command('worker-process', { hidden: true })
  .action(async () => {
    const { runWorkerProcess } = await import('./worker-process.js');
    runWorkerProcess();
    await new Promise(() => undefined); // it ends the process itself
  });

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  process.stderr.write(`${error instanceof HubError ? error.message : unexpected(error)}\n`);
  process.exit(1);
}

function unexpected(error: unknown): string {
  const kind = error instanceof Error ? error.name : typeof error;
  return `INTERNAL: a fault of the hub (${kind}). The log in the data folder (${join('logs', 'hub.log')}) may say more.`;
}
