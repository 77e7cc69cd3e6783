/** An entry of the trail as a FHIR R4 AuditEvent in the shape of IHE BALP (Basic Audit Log Patterns): one event a patient, the
 *  user with purpose of use, the patient as entity of type 1 and role 1. A profile is named only where every element that it
 *  asks for is there. No names: people are the hub's opaque ids, and what was asked is its operation's name alone. Pure. */
import { toWireId } from '../kernel/index.js';
import type { StoredEntry } from './audit-chain.js';
import type { AuditAction } from './audit-entry.js';

const dcm = 'http://dicom.nema.org/resources/ontology/DCM';
const balp = 'https://profiles.ihe.net/ITI/BALP';
const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const objectRole = 'http://terminology.hl7.org/CodeSystem/object-role';
const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const ours = 'urn:patient-relations-hub';

const coding = (system: string, code: string, display: string) => ({ system, code, display });
const codeable = (system: string, code: string, display: string) => ({ coding: [coding(system, code, display)] });
const rest = coding('http://terminology.hl7.org/CodeSystem/audit-event-type', 'rest', 'Restful Operation');
const interaction = (code: string) => coding('http://hl7.org/fhir/restful-interaction', code, code);
const securityAlert = coding(dcm, '110113', 'Security Alert');
const dataExport = coding(dcm, '110106', 'Export');

interface Pattern {
  /** Name of the BALP profile, without `Patient` before it. */
  readonly profile?: string;
  readonly type: ReturnType<typeof coding>;
  readonly subtype?: ReturnType<typeof coding>;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** In BALP a query, and what is written, flows from the client; what is read flows to it. */
  readonly from: 'client' | 'server';
  /** What the user is to it. */
  readonly user: ReturnType<typeof coding>;
  readonly entity: 'data' | 'query';
}
const recipient = coding(participation, 'IRCP', 'information recipient');
const author = coding(participation, 'AUT', 'author');
const read = { type: rest, action: 'R', from: 'server', user: recipient, entity: 'data' } as const;
const written = { type: rest, from: 'client', user: author, entity: 'data' } as const;
const done = { action: 'E', from: 'client', user: recipient, entity: 'data' } as const;
const patterns: Readonly<Record<AuditAction, Pattern>> = {
  READ: { ...read, profile: 'Read', subtype: interaction('read') },
  SEARCH: { ...read, profile: 'Query', subtype: interaction('search'), action: 'E', from: 'client', entity: 'query' },
  CREATE: { ...written, profile: 'Create', subtype: interaction('create'), action: 'C' },
  UPDATE: { ...written, profile: 'Update', subtype: interaction('update'), action: 'U' },
  DELETE: { ...written, profile: 'Delete', subtype: interaction('delete'), action: 'D' },
  EXPORT: { ...read, type: dataExport },
  DISCLOSE: {
    ...read,
    type: dataExport,
    subtype: coding('http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', 'disclose', 'Disclose Record Lifecycle Event'),
  },
  BREAK_GLASS: { ...done, type: securityAlert, subtype: coding(dcm, '110127', 'Emergency Override Started') },
  LOGIN: { ...done, type: coding(dcm, '110114', 'User Authentication'), subtype: coding(dcm, '110122', 'Login') },
  SYSTEM: { ...done, type: coding(dcm, '110100', 'Application Activity') },
};
const refusal: Pattern = {
  ...done,
  type: securityAlert,
  subtype: coding(`${balp}/CodeSystem/AuthZsubType`, 'AuthZ-Consent', 'Authorization Decision using Roles and Consent'),
};

export function auditEventOf(entry: StoredEntry): object {
  const isRefusal = entry.outcome === 'REFUSED';
  const pattern = isRefusal ? refusal : (patterns[entry.action as AuditAction] ?? patterns.SYSTEM);
  const succeeded = entry.outcome === 'ALLOWED' || entry.outcome === 'PARTLY_WITHHELD';
  const profile = succeeded && pattern.profile ? `IHE.BasicAudit.${entry.personUid === null ? '' : 'Patient'}${pattern.profile}` : null;
  const desc = outcomeDescriptions[entry.outcome];
  return {
    resourceType: 'AuditEvent',
    id: entry.uid,
    ...(profile ? { meta: { profile: [`${balp}/StructureDefinition/${profile}`] } } : {}),
    type: pattern.type,
    ...(pattern.subtype ? { subtype: [pattern.subtype] } : {}),
    action: pattern.action,
    recorded: entry.at.replace(/(\.\d{3})\d+Z$/, '$1Z'),
    outcome: succeeded ? '0' : '8',
    ...(desc ? { outcomeDesc: desc } : {}),
    agent: agentsOf(entry, pattern),
    source: {
      site: 'patient-relations-hub',
      observer: hubItself,
      type: [coding('http://terminology.hl7.org/CodeSystem/security-source-type', '4', 'Application Server')],
    },
    entity: entitiesOf(entry, pattern),
  };
}

const outcomeDescriptions: Readonly<Record<string, string>> = {
  PARTLY_WITHHELD: 'Answered in part: the policy withheld the rest.',
  REFUSED: 'Refused, and nothing was done.',
  ERROR: 'Failed, whole or in part.',
};

const identified = (kind: string, value: string) => ({ identifier: { system: `${ours}:${kind}`, value } });
const hubItself = { type: 'Device', ...identified('device', 'gateway') };

function agentsOf(entry: StoredEntry, { from, user }: Pattern): object[] {
  const source = codeable(dcm, '110153', 'Source Role ID');
  const destination = codeable(dcm, '110152', 'Destination Role ID');
  const purposeOfUse = [codeable('http://terminology.hl7.org/CodeSystem/v3-ActReason', entry.purpose, entry.purpose)];
  const server = {
    type: from === 'server' ? source : destination,
    who: hubItself,
    requestor: false,
    network: { address: 'patient-relations-hub', type: '1' },
  };
  if (entry.userUid === null) {
    const who = { type: 'Device', ...identified('system', entry.system ?? 'unknown') };
    return [server, { type: codeable(dcm, '110150', 'Application'), who, requestor: true, purposeOfUse }];
  }
  return [
    {
      type: from === 'client' ? source : destination,
      // The trail keeps no address of machines: what is not known is said to be so.
      who: { display: 'the client that held the token' },
      requestor: false,
      network: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
    },
    server,
    {
      type: { coding: [user] },
      who: { type: 'Practitioner', ...identified('user', toWireId('usr', entry.userUid)) },
      requestor: true,
      ...(entry.role === null ? {} : { role: [{ coding: [{ system: `${ours}:role`, code: entry.role }] }] }),
      ...(entry.tokenId === null ? {} : { policy: [`urn:ietf:params:oauth:jti:${encodeURIComponent(entry.tokenId)}`] }),
      purposeOfUse,
    },
  ];
}

function entitiesOf(entry: StoredEntry, pattern: Pattern): object[] {
  const { personUid, caseUid, operation, grantUid } = entry;
  const detail = [
    ...entry.phiClasses.map((phi) => ({ type: 'phi-class', valueString: phi })),
    ...entry.withheldFields.map((field) => ({ type: 'withheld', valueString: field })),
    ...(operation === null ? [] : [{ type: 'operation', valueString: operation }]),
    ...(grantUid === null ? [] : [{ type: 'break-glass-grant', valueString: toWireId('grt', grantUid) }]),
  ];
  const patient = {
    type: coding(entityType, '1', 'Person'),
    role: coding(objectRole, '1', 'Patient'),
    what: { type: 'Patient', ...identified('patient', toWireId('pat', personUid ?? '')) },
  };
  const query = {
    type: coding(entityType, '2', 'System Object'),
    role: coding(objectRole, '24', 'Query'),
    description: 'The name of the operation; what was searched for is not recorded.',
    query: Buffer.from(operation ?? 'anonymous', 'utf8').toString('base64'),
  };
  const data = {
    type: coding(entityType, '2', 'System Object'),
    role: coding(objectRole, '4', 'Domain Resource'),
    what: caseUid === null ? identified('resource', operation ?? entry.action) : identified('case', toWireId('case', caseUid)),
    ...(detail.length > 0 ? { detail } : {}),
  };
  const transaction = {
    type: coding(`${balp}/CodeSystem/BasicAuditEntityType`, 'XrequestId', 'X-Request-Id'),
    what: { identifier: { value: entry.requestId } },
  };
  return [...(personUid === null ? [] : [patient]), pattern.entity === 'query' ? query : data, transaction];
}
