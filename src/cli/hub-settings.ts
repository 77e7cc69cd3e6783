/** What the commands are told of the settings, in the words of the rooms that they start. The main reads the settings and
 *  hands them in; a command takes nothing from the environment. */
import type { ClaimNames, ForeignIssuer } from '../auth/index.js';
import type { DocumentLimits } from '../graphql/index.js';
import type { SourceSettings } from '../sources/index.js';

export type ConfiguredSource = SourceSettings & { readonly everyMs: number };

/** Programs that sign in as themselves. */
interface Clients {
  readonly clients?: readonly {
    readonly id: string;
    readonly subject: string;
    readonly role: string;
    readonly purpose: string;
    readonly idleLogoff: boolean;
  }[];
}

export interface LimitsSettings extends Partial<DocumentLimits> {
  readonly bodyKb?: number;
  readonly burst?: number;
  readonly perMinute?: number;
  readonly costs?: string;
  readonly trustedDocumentsOnly?: boolean;
  readonly documents?: string;
}

export interface HubSettings {
  readonly sources: readonly ConfiguredSource[];
  readonly queue: { readonly backend: 'postgres' } | { readonly backend: 'redis'; readonly url: string };
  /** null: the embedded PostgreSQL under the data folder. */
  readonly database: { readonly url: string } | null;
  readonly roles: { readonly gatewayUrl: string | null; readonly workerUrl: string | null };
  readonly auth: { readonly kind: 'development'; readonly claims: ClaimNames } | ({ readonly kind: 'issuer' } & ForeignIssuer & Clients);
  /** After how long without a request a token is good no more; null: never. */
  readonly idleLogoffMs: number | null;
  readonly limits: LimitsSettings;
  readonly production: boolean;
  readonly rules: { readonly policy: string; readonly clocks: string; readonly calendars: string; readonly directory: string };
  /** How many subscriptions may be open at once. */
  readonly streams: { readonly perViewer: number; readonly perProcess: number };
  readonly audit: { readonly checkpoints: string; readonly key: string; readonly every: number; readonly keepYears: number };
  readonly host: string;
  readonly port: number;
  /** The data folder. */
  readonly data: string;
  readonly logLevel: string;
}
