/** The settings as the rest of the hub gets them: read once at start, checked, frozen, and handed in by the mains.
 *  Durations are milliseconds, paths absolute, secrets already read from their files. Never log this object. */

export type SourceAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string };

export interface FhirSource {
  readonly name: string;
  readonly kind: 'fhir';
  /** Base address without a trailing slash. */
  readonly url: string;
  /** FHIR types that this system is asked for. */
  readonly supplies: readonly FhirType[];
  readonly everyMs: number;
  readonly auth: SourceAuth;
  readonly pageSize: number;
}

export interface FhirFilesSource {
  readonly name: string;
  readonly kind: 'fhir-files';
  /** A folder of Bundles and NDJSON files, or one such file. */
  readonly path: string;
  /** Absent: every type that the hub takes. */
  readonly supplies?: readonly FhirType[];
  readonly everyMs: number;
}

export type SourceConfig = FhirSource | FhirFilesSource;

/** The FHIR types that some rule of the hub needs; whatever else a source holds is not asked for. */
export const fhirTypes = [
  'Patient', 'Encounter', 'Condition', 'CareTeam', 'Coverage', 'Consent', 'Claim', 'ClaimResponse', 'ExplanationOfBenefit', 'Account', 'Invoice',
  'PaymentNotice', 'PaymentReconciliation', 'Appointment', 'Schedule', 'Slot', 'Practitioner', 'PractitionerRole', 'Organization', 'Location',
] as const; // prettier-ignore
export type FhirType = (typeof fhirTypes)[number];

export interface ClaimNames {
  readonly user: string;
  readonly role: string;
  readonly purpose: string;
  readonly departments: string;
  readonly facility: string;
}

/** Whose signatures are believed. `development`: the hub's own issuer, its key kept in the data folder. */
export type AuthConfig = { readonly kind: 'development'; readonly claims: ClaimNames } | IssuerConfig;

export interface IssuerConfig {
  readonly kind: 'issuer';
  readonly issuer: string;
  readonly audience: string;
  readonly claims: ClaimNames;
  readonly keys: KeySource;
  /** The issuer's words for roles, where they are not ours. */
  readonly roleNames?: Readonly<Record<string, string>>;
  readonly clockSkewSeconds: number;
  readonly keyTimes: { readonly keptMs: number; readonly goOnMs: number; readonly coolDownMs: number };
  readonly clients: readonly ClientConfig[];
}

/** A program that signs in as itself. */
export interface ClientConfig {
  readonly id: string;
  readonly subject: string;
  readonly role: string;
  readonly purpose: string;
  /** Whether it is logged off like a person. */
  readonly idleLogoff: boolean;
}

/** What of it is said in hub.yaml. */
export interface LimitsConfig {
  readonly depth?: number;
  readonly fields?: number;
  readonly roots?: number;
  readonly aliases?: number;
  readonly repeats?: number;
  readonly directives?: number;
  readonly tokens?: number;
  readonly cost?: number;
  readonly bodyKb?: number;
  readonly burst?: number;
  readonly perMinute?: number;
  /** A file. */
  readonly costs?: string;
  readonly trustedDocumentsOnly?: boolean;
  /** A file or a folder. */
  readonly documents?: string;
}

export type KeySource =
  | { readonly kind: 'set'; readonly jwks: KeySet }
  | { readonly kind: 'url'; readonly url: string }
  /** The issuer's own OpenID configuration names where its keys are. */
  | { readonly kind: 'discovery' };

export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export interface HubConfig {
  /** The hub.yaml that was read; null where there is none. */
  readonly file: string | null;
  readonly sources: readonly SourceConfig[];
  readonly queue: { readonly backend: 'postgres' } | { readonly backend: 'redis'; readonly url: string };
  /** null: the embedded PostgreSQL under the data folder. */
  readonly database: { readonly url: string } | null;
  /** Addresses of the two working roles, where they are given; a hub with `database` or an embedded one makes its own. */
  readonly roles: { readonly gatewayUrl: string | null; readonly workerUrl: string | null };
  readonly auth: AuthConfig;
  /** After how long without a request a token is good no more; null: never. */
  readonly idleLogoffMs: number | null;
  readonly limits: LimitsConfig;
  /** NODE_ENV says so. */
  readonly production: boolean;
  /** Folders, and for the directory one file, of rules as data. Where hub.yaml says nothing: what ships under schema/. */
  readonly rules: {
    readonly policy: string;
    readonly clocks: string;
    readonly calendars: string;
    readonly directory: string;
  };
  /** How many subscriptions may be open at once: of one person at one gateway, and of one gateway in all. */
  readonly streams: { readonly perViewer: number; readonly perProcess: number };
  readonly audit: AuditSettings;
  readonly host: string;
  readonly port: number;
  /** The data folder. */
  readonly data: string;
  readonly logLevel: LogLevel;
}

export interface AuditSettings {
  /** File of the signed checkpoints, outside the database. */
  readonly checkpoints: string;
  /** File of the key that signs them. */
  readonly key: string;
  /** Entries after which a checkpoint is due. */
  readonly every: number;
  readonly keepYears: number;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
