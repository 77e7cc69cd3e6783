/** The typed records that sources speak: the meaning of a FHIR R4 resource, cut to what a rule of the hub needs.
 *  HL7 v2, X12 and CSV map to the same records. Pure data.
 *
 *  Keys and references are the source's own words, normalised by the format: a key is `Type/id`; a reference is
 *  `Type/id` or, where the source refers by identifier, `Type?identifier=system|value`. The store resolves them
 *  within the source (an encounter also across sources, by visit number). Instants are RFC 3339 strings, dates
 *  `YYYY-MM-DD`, money an exact decimal string: no figure passes through a float. */

export type InstantText = string;
export type DateText = string;
export type DecimalText = string;
/** `Type/id` */
export type RecordKey = string;
/** `Type/id` or `Type?identifier=system|value` */
export type Reference = string;

export interface Coding {
  readonly system: string | null;
  readonly code: string;
  readonly display: string | null;
}
export interface Money {
  readonly amount: DecimalText;
  readonly currency: string;
}
export interface Identifier {
  readonly system: string;
  readonly value: string;
  /** HL7 v2-0203 type code where the source gives one: MR, SS, AN, PI, MB ... */
  readonly type: string | null;
}
export interface ContactPoint {
  readonly kind: string;
  readonly value: string;
  readonly use: string | null;
  /** 45 CFR 164.522(b): the person asked to be reached here only. */
  readonly confidential: boolean;
}

/** What every record carries. */
interface Base {
  readonly key: RecordKey;
  /** The source's own time of change (FHIR meta.lastUpdated); null where it gives none or an unreadable one. */
  readonly sourceUpdatedAt: InstantText | null;
  /** Every code that a label rule may look at, as `system|code` (diagnoses, types, reasons, meta.security). */
  readonly labelCodes: readonly string[];
}

export interface PatientRecord extends Base {
  readonly kind: 'patient';
  readonly name: string | null;
  readonly family: string | null;
  readonly given: string | null;
  readonly birthDate: DateText | null;
  readonly deceasedAt: InstantText | null;
  readonly sex: string | null;
  readonly language: string | null;
  readonly interpreterNeeded: boolean | null;
  readonly identifiers: readonly Identifier[];
  readonly contactPoints: readonly ContactPoint[];
  readonly address: string | null;
  readonly preferences: readonly string[];
  readonly alerts: readonly string[];
}

export interface EncounterRecord extends Base {
  readonly kind: 'encounter';
  readonly patient: Reference;
  /** Visit numbers and the like, by which another system may refer to it. */
  readonly identifiers: readonly Identifier[];
  readonly status: string | null;
  readonly class: string | null;
  readonly virtual: boolean;
  readonly type: Coding | null;
  readonly reason: Coding | null;
  readonly start: InstantText | null;
  readonly end: InstantText | null;
  readonly location: Reference | null;
  readonly organization: Reference | null;
  readonly practitioners: readonly Reference[];
}

export interface AppointmentRecord extends Base {
  readonly kind: 'appointment';
  readonly patient: Reference;
  readonly status: string | null;
  readonly start: InstantText | null;
  readonly end: InstantText | null;
  readonly minutes: number | null;
  readonly bookedAt: InstantText | null;
  readonly virtual: boolean;
  readonly serviceType: Coding | null;
  readonly reason: Coding | null;
  readonly location: Reference | null;
  readonly organization: Reference | null;
  readonly practitioners: readonly Reference[];
  readonly cancellationReason: string | null;
}

export interface ConditionRecord extends Base {
  readonly kind: 'condition';
  readonly patient: Reference;
  readonly encounter: Reference | null;
  readonly code: Coding | null;
  readonly clinicalStatus: string | null;
  readonly onset: InstantText | null;
  readonly abatement: InstantText | null;
}

export interface CareTeamRecord extends Base {
  readonly kind: 'careTeam';
  readonly patient: Reference;
  readonly members: readonly {
    readonly member: Reference | null;
    readonly name: string | null;
    readonly role: string | null;
    readonly organization: Reference | null;
  }[];
}

export interface CoverageRecord extends Base {
  readonly kind: 'coverage';
  readonly patient: Reference;
  readonly payor: string | null;
  readonly payorOrganization: Reference | null;
  readonly type: Coding | null;
  readonly memberId: string | null;
  readonly start: DateText | null;
  readonly end: DateText | null;
}

/** FHIR claim-type, upper case; OTHER where it is none of HL7's five. */
export type ClaimKind = 'INSTITUTIONAL' | 'PROFESSIONAL' | 'PHARMACY' | 'ORAL' | 'VISION' | 'OTHER';

export interface ClaimRecord extends Base {
  readonly kind: 'claim';
  readonly patient: Reference;
  readonly claimKind: ClaimKind;
  readonly status: string | null;
  readonly type: Coding | null;
  readonly servicedFrom: DateText | null;
  readonly servicedTo: DateText | null;
  /** Claim.item.encounter: the first that is named. */
  readonly encounter: Reference | null;
  /** The organization that bills: a program's bill is covered as its visits are. */
  readonly provider: Reference | null;
  /** Claim.facility, or the first place that a line names. */
  readonly facility: Reference | null;
  readonly insurer: string | null;
  readonly insurerOrganization: Reference | null;
  /** Claim.total. */
  readonly billed: Money | null;
  /** Claim.diagnosis.diagnosisReference and supporting conditions: their labels are the claim's too. */
  readonly conditions: readonly Reference[];
}

/** What the payer decided: an ExplanationOfBenefit, a ClaimResponse or an 835 loop. Latest `adjudicatedAt` holds. */
export interface AdjudicationRecord extends Base {
  readonly kind: 'adjudication';
  readonly patient: Reference;
  /** The claim decided on. An EOB without one is itself mapped to a ClaimRecord of the same key. */
  readonly claim: Reference;
  readonly provider: Reference | null;
  readonly facility: Reference | null;
  readonly adjudicatedAt: InstantText | null;
  /** From adjudication lines, never from billed less paid; null where no line says it. */
  readonly allowed: Money | null;
  readonly paid: Money | null;
  readonly patientOwes: Money | null;
  readonly denied: boolean | null;
  readonly denialCodes: readonly Coding[];
  readonly insurer: string | null;
  readonly conditions: readonly Reference[];
}

export interface PaymentRecord extends Base {
  readonly kind: 'payment';
  readonly patient: Reference | null;
  readonly claim: Reference | null;
  readonly at: DateText | null;
  readonly amount: Money | null;
  readonly payer: string | null;
}

/** The billing system's own figure of what is owed (Account, Invoice). */
export interface AccountRecord extends Base {
  readonly kind: 'account';
  readonly patient: Reference;
  readonly status: string | null;
  readonly balance: Money | null;
}

/** One rule of a consent. A list that is empty does not narrow it; a code that could not be read is `?`. */
export interface ConsentProvision {
  /** Index of the rule to which this one is an exception; null for the root, which comes first. */
  readonly parent: number | null;
  readonly denies: boolean;
  readonly start: InstantText | null;
  /** The first instant at which it holds no more. */
  readonly end: InstantText | null;
  /** Whom it is about; `?` where the source does not say it by a reference, `Payer` before one that insures. */
  readonly actors: readonly Reference[];
  /** Codes of HL7 v3-ActReason, consentaction, FHIR resource types, and v3-ActCode or v3-Confidentiality. */
  readonly purposes: readonly string[];
  readonly actions: readonly string[];
  readonly classes: readonly string[];
  readonly securityLabels: readonly string[];
  /** It is narrowed in a way that the hub does not evaluate (single resources, the time of the data). */
  readonly vague: boolean;
}
/** What a person allows and forbids (FHIR Consent). Not shown; it changes what others are. */
export interface ConsentRecord extends Base {
  readonly kind: 'consent';
  readonly patient: Reference;
  readonly status: string | null;
  readonly scope: string | null;
  readonly consentedAt: InstantText | null;
  /** The root, then all nested ones, each after its parent. */
  readonly provisions: readonly ConsentProvision[];
}

/** A practitioner, organization, location or department: what a reference is called. */
export interface NamedRecord extends Base {
  readonly kind: 'named';
  readonly namedKind: 'practitioner' | 'organization' | 'location';
  readonly name: string | null;
  /** Every reference by which others may mean it: its identifiers as `Type?identifier=system|value`. */
  readonly aliases: readonly Reference[];
}

export type HubRecord =
  | PatientRecord
  | EncounterRecord
  | AppointmentRecord
  | ConditionRecord
  | CareTeamRecord
  | CoverageRecord
  | ClaimRecord
  | AdjudicationRecord
  | PaymentRecord
  | AccountRecord
  | ConsentRecord
  | NamedRecord;
export type RecordKind = HubRecord['kind'];
export type RecordOf<K extends RecordKind> = Extract<HubRecord, { kind: K }>;
