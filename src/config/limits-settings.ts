/** `limits:` of hub.yaml: what is taken of one request, and of one viewer in a while. What is not said stays as the gateway
 *  has it (src/graphql/limits.ts, src/cli/limits.ts). */
import type { z } from 'zod';
import { mapping, oneOf, wholeNumber } from '../kernel/index.js';
import type { LimitsConfig } from './hub-config.js';
import { pathFrom } from './secret-files.js';

const most = 1_000_000_000;

export const limitsSettings = (folder: string) =>
  mapping({
    depth: wholeNumber(1, 100).optional(),
    fields: wholeNumber(1, 100_000).optional(),
    roots: wholeNumber(1, 1_000).optional(),
    aliases: wholeNumber(0, 10_000).optional(),
    repeats: wholeNumber(0, 10_000).optional(),
    directives: wholeNumber(0, 10_000).optional(),
    tokens: wholeNumber(10, 1_000_000).optional(),
    cost: wholeNumber(1, most).optional(),
    bodyKb: wholeNumber(1, 102_400).optional(),
    burst: wholeNumber(1, most).optional(),
    perMinute: wholeNumber(1, most).optional(),
    costs: pathFrom(folder).optional(),
    trustedDocuments: oneOf(['on', 'off']).optional(),
    documents: pathFrom(folder).optional(),
  });

type Said = z.output<ReturnType<typeof limitsSettings>>;

export function settleLimits(said: Said | undefined): LimitsConfig {
  const { trustedDocuments, ...limits } = said ?? {};
  return { ...withoutNothing(limits), ...(trustedDocuments === undefined ? {} : { trustedDocumentsOnly: trustedDocuments === 'on' }) };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const withoutNothing = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
