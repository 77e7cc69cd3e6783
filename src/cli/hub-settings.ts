/** What the commands are told of the settings, in the words of the rooms that they start. The main reads the settings and
 *  hands them in; a command takes nothing from the environment. */
import type { ClaimNames, ForeignIssuer } from '../auth/index.js';
import type { SourceSettings } from '../sources/index.js';

export type ConfiguredSource = SourceSettings & { readonly everyMs: number };

export interface HubSettings {
  readonly sources: readonly ConfiguredSource[];
  readonly queue: { readonly backend: 'postgres' } | { readonly backend: 'redis'; readonly url: string };
  /** null: the embedded PostgreSQL under the data folder. */
  readonly database: { readonly url: string } | null;
  readonly roles: { readonly gatewayUrl: string | null; readonly workerUrl: string | null };
  readonly auth: { readonly kind: 'development'; readonly claims: ClaimNames } | ({ readonly kind: 'issuer' } & ForeignIssuer);
  readonly rules: { readonly policy: string; readonly clocks: string; readonly calendars: string; readonly directory: string };
  readonly audit: { readonly checkpoints: string; readonly key: string; readonly every: number; readonly keepYears: number };
  readonly host: string;
  readonly port: number;
  /** The data folder. */
  readonly data: string;
  readonly logLevel: string;
}
