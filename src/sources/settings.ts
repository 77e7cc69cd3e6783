/** What a connector must be told, as plain data: reading and checking hub.yaml is the config room's. */
export type FhirAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string };

/** A FHIR R4 server, walked type by type in the order of `supplies`. */
export interface FhirSettings {
  readonly name: string;
  readonly kind: 'fhir';
  readonly url: string;
  readonly supplies: readonly string[];
  readonly auth: FhirAuth;
  /** Resources asked for a page; the server may give fewer. */
  readonly pageSize?: number;
  /** Deadline of one request, its answer included. */
  readonly timeoutMs?: number;
  /** How often a request is tried again after a passing fault. */
  readonly retries?: number;
}

/** A folder of Bundles, single resources and NDJSON, gzip or not. Without `supplies` every type that is taken is read. */
export interface FhirFilesSettings {
  readonly name: string;
  readonly kind: 'fhir-files';
  readonly path: string;
  readonly supplies?: readonly string[];
}

export type SourceSettings = FhirSettings | FhirFilesSettings;
