/** Settings from the environment and the command line. They win over hub.yaml, because they are said for this one start.
 *  Other variables are left alone: the environment is shared with other programs. An empty one counts as not set. */
import { z } from 'zod';
import { oneOf, setting, text } from '../kernel/index.js';
import { logLevels } from './hub-config.js';
import { databaseUrl, redisUrl } from './values.js';

export interface Flags {
  /** --data */
  readonly data?: string | undefined;
  /** --port */
  readonly port?: string | undefined;
}

const portText = setting('a whole number from 0 to 65535', 'value', (value) => {
  const number = /^\d{1,5}$/.test(String(value)) ? Number(value) : NaN;
  return number <= 65_535 ? number : undefined;
});

const startSettings = z.object({
  DATABASE_URL: databaseUrl.optional(),
  HUB_GATEWAY_DATABASE_URL: databaseUrl.optional(),
  HUB_WORKER_DATABASE_URL: databaseUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  PORT: portText.optional(),
  HUB_DATA: text('a path', 'set').optional(),
  HUB_HOST: text('an address to listen on', 'value', /^[\w.:-]+$/).optional(),
  HUB_LOG_LEVEL: oneOf(logLevels).optional(),
  HUB_QUEUE: oneOf(['postgres', 'redis']).optional(),
  NODE_ENV: z.string().optional(),
  '--port': portText.optional(),
  '--data': text('a path', 'set').optional(),
});

type Variable = Exclude<keyof typeof startSettings.shape, `--${string}`> | 'HUB_CONFIG';

/** Every variable that the hub reads, with what it is for: `hub --help` prints it. */
export const environmentSettings: Readonly<Record<Variable, string>> = {
  DATABASE_URL: 'PostgreSQL to use instead of the embedded one, as its owner',
  HUB_GATEWAY_DATABASE_URL:
    'the same database as the gateway role; where not set, made from DATABASE_URL and a password in the data folder',
  HUB_WORKER_DATABASE_URL: 'the same database as the worker role; where not set, made likewise',
  REDIS_URL: 'Redis for the queue; without a queue in hub.yaml it also chooses the redis backend',
  PORT: 'port of the gateway, 4000 where not set, 0 for any free one',
  HUB_CONFIG: 'path of hub.yaml',
  HUB_DATA: 'data folder, .hub where not set',
  HUB_HOST: 'address to listen on, 127.0.0.1 where not set',
  HUB_LOG_LEVEL: logLevels.join(' | '),
  HUB_QUEUE: 'postgres | redis',
  NODE_ENV: 'production: the development issuer is refused, hub.yaml must name one',
};

export type StartSettings = z.output<typeof startSettings>;

export function readStartSettings(env: Readonly<Record<string, string | undefined>>, flags: Flags) {
  const given = { ...env, '--port': flags.port, '--data': flags.data };
  return startSettings.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '')));
}
