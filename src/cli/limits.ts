/** The gateway's limits, as hub.yaml says them or else as is usual: in development nobody is slowed down and any document is
 *  answered; under the hospital's issuer only registered ones are. */
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { openGate, ordinaryLimits, readCostRules, readTrustedDocuments, type DocumentLimits, type Gate } from '../graphql/index.js';
import { openRateLimit } from '../http/index.js';
import { packageRoot, type Clock } from '../kernel/index.js';
import type { HubSettings } from './hub-settings.js';

export interface GatewayLimits {
  readonly gate: Gate;
  readonly rateLimit: ReturnType<typeof openRateLimit>;
  readonly mostBytes: number;
}

/** Our screens cost 300 to 1,200: about a hundred of them at once, and as many in each minute. A search weighs as much as a screen. */
const ordinaryRate = { burst: 60_000, perMinute: 60_000 };
/** More than one machine can ask for. */
const developmentRate = { burst: 100_000_000, perMinute: 1_000_000_000 };
const ordinaryBodyKb = 256;

const shipped = (...parts: string[]): string => join(packageRoot, 'schema', ...parts);

/** @throws HubError RULES_INVALID where costs or registered documents cannot be taken */
export function limitsOf(
  said: HubSettings['limits'],
  { schema, development, clock }: { readonly schema: GraphQLSchema; readonly development: boolean; readonly clock?: Clock },
): GatewayLimits {
  const { bodyKb = ordinaryBodyKb, burst, perMinute, costs = shipped('limits', 'costs.yaml') } = said;
  const { trustedDocumentsOnly = !development, documents, ...given } = said;
  const limits: DocumentLimits = { ...ordinaryLimits, ...given };
  const rate = development ? developmentRate : ordinaryRate;
  const folders = [shipped('operations'), ...(documents === undefined ? [] : [documents])];
  return {
    gate: openGate({
      schema,
      limits,
      costs: readCostRules(costs, schema),
      documents: readTrustedDocuments(folders, schema, limits),
      trustedOnly: trustedDocumentsOnly,
    }),
    rateLimit: openRateLimit({ burst: burst ?? rate.burst, perMinute: perMinute ?? rate.perMinute }, clock),
    mostBytes: bodyKb * 1024,
  };
}
