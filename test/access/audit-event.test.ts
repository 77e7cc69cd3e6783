/** AuditEvents held against what FHIR R4 and each BALP pattern ask for, element by element. */
import { describe, expect, it } from '@jest/globals';
import type { StoredEntry } from '../../src/access/audit-chain.js';
import { auditEventOf } from '../../src/access/audit-event.js';

const uid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const stored = (more: Partial<StoredEntry> = {}): StoredEntry => ({
  seq: 1,
  month: '2026-11-01',
  uid: uid(1),
  at: '2026-11-23T14:00:00.123456Z',
  requestId: 'request-1',
  userUid: uid(2),
  system: null,
  role: 'ADVOCATE',
  purpose: 'HOPERAT',
  tokenId: 'token 1',
  action: 'READ',
  operation: 'PatientContext',
  personUid: uid(3),
  caseUid: uid(4),
  phiClasses: ['IDENTITY'],
  phiText: '{IDENTITY}',
  outcome: 'ALLOWED',
  withheldFields: [],
  withheldText: '{}',
  grantUid: null,
  hash: Buffer.from([]),
  ...more,
});

interface Coding {
  readonly system: string;
  readonly code: string;
}
interface Concept {
  readonly coding: readonly Coding[];
}
interface Event {
  readonly resourceType: string;
  readonly id: string;
  readonly meta?: { readonly profile: readonly string[] };
  readonly type: Coding;
  readonly subtype?: readonly Coding[];
  readonly action: string;
  readonly recorded: string;
  readonly outcome: string;
  readonly outcomeDesc?: string;
  readonly agent: readonly {
    readonly type?: Concept;
    readonly who: object;
    readonly requestor: boolean;
    readonly network?: object;
    readonly purposeOfUse?: readonly Concept[];
    readonly policy?: readonly string[];
    readonly role?: readonly Concept[];
  }[];
  readonly source: { readonly site: string; readonly observer: object };
  readonly entity: readonly {
    readonly type: Coding;
    readonly role?: Coding;
    readonly what?: { readonly type?: string; readonly identifier?: { readonly value: string } };
    readonly query?: string;
    readonly detail?: readonly { type: string; valueString: string }[];
  }[];
}
const eventOf = (more: Partial<StoredEntry> = {}): Event => JSON.parse(JSON.stringify(auditEventOf(stored(more)))) as Event;
const agentOf = (event: Event, code: string) => event.agent.find(({ type }) => type?.coding.some((each) => each.code === code));
const patientOf = (event: Event) => event.entity.find(({ type }) => type.code === '1');
const objectOf = (event: Event) => event.entity.find(({ type }) => type.code === '2');
const profileOf = (event: Event): string | undefined => event.meta?.profile[0]?.replace(/^.*StructureDefinition\//, '');

/** Client and server by role: what is read flows to the client, what is asked and written from it. */
const patterns = [
  {
    action: 'READ',
    profile: 'IHE.BasicAudit.PatientRead',
    type: 'rest',
    subtype: 'read',
    fhirAction: 'R',
    client: '110152',
    server: '110153',
    user: 'IRCP',
  },
  {
    action: 'SEARCH',
    profile: 'IHE.BasicAudit.PatientQuery',
    type: 'rest',
    subtype: 'search',
    fhirAction: 'E',
    client: '110153',
    server: '110152',
    user: 'IRCP',
  },
  {
    action: 'CREATE',
    profile: 'IHE.BasicAudit.PatientCreate',
    type: 'rest',
    subtype: 'create',
    fhirAction: 'C',
    client: '110153',
    server: '110152',
    user: 'AUT',
  },
  {
    action: 'UPDATE',
    profile: 'IHE.BasicAudit.PatientUpdate',
    type: 'rest',
    subtype: 'update',
    fhirAction: 'U',
    client: '110153',
    server: '110152',
    user: 'AUT',
  },
  {
    action: 'DELETE',
    profile: 'IHE.BasicAudit.PatientDelete',
    type: 'rest',
    subtype: 'delete',
    fhirAction: 'D',
    client: '110153',
    server: '110152',
    user: 'AUT',
  },
  {
    action: 'EXPORT',
    profile: undefined,
    type: '110106',
    subtype: undefined,
    fhirAction: 'R',
    client: '110152',
    server: '110153',
    user: 'IRCP',
  },
  {
    action: 'DISCLOSE',
    profile: undefined,
    type: '110106',
    subtype: 'disclose',
    fhirAction: 'R',
    client: '110152',
    server: '110153',
    user: 'IRCP',
  },
  {
    action: 'BREAK_GLASS',
    profile: undefined,
    type: '110113',
    subtype: '110127',
    fhirAction: 'E',
    client: '110153',
    server: '110152',
    user: 'IRCP',
  },
  {
    action: 'LOGIN',
    profile: undefined,
    type: '110114',
    subtype: '110122',
    fhirAction: 'E',
    client: '110153',
    server: '110152',
    user: 'IRCP',
  },
] as const;

/** R4: type, recorded, agent 1..* with requestor, source.observer; and dates as instants. */
function expectR4(event: Event): void {
  expect(event).toMatchObject({
    resourceType: 'AuditEvent',
    id: uid(1),
    recorded: '2026-11-23T14:00:00.123Z',
    source: { site: expect.any(String), observer: expect.any(Object) },
  });
  expect(event.type).toMatchObject({ system: expect.stringMatching(/^http/), code: expect.any(String) });
  expect(event.agent.length).toBeGreaterThan(0);
  for (const { requestor, who } of event.agent) expect([typeof requestor, typeof who]).toEqual(['boolean', 'object']);
  expect(event.agent.filter(({ requestor }) => requestor)).toHaveLength(1);
  for (const { type } of event.entity) expect(type.system).toMatch(/^http/);
}

describe.each(patterns)('$action', ({ action, profile, type, subtype, fhirAction, client, server, user }) => {
  const event = eventOf({ action });
  it('is an R4 AuditEvent of its pattern', () => {
    expectR4(event);
    expect([profileOf(event), event.type.code, event.subtype?.[0]?.code, event.action, event.outcome]).toEqual([
      profile,
      type,
      subtype,
      fhirAction,
      '0',
    ]);
  });
  it('has client, server and user, who asked for a purpose of use', () => {
    expect(agentOf(event, client)).toMatchObject({ requestor: false, who: expect.any(Object), network: expect.any(Object) });
    expect(agentOf(event, server)).toMatchObject({
      requestor: false,
      who: event.source.observer,
      network: { address: 'patient-relations-hub', type: '1' },
    });
    expect(agentOf(event, user)).toMatchObject({
      requestor: true,
      who: { identifier: { value: `usr_${uid(2)}` } },
      role: [{ coding: [{ code: 'ADVOCATE' }] }],
      policy: ['urn:ietf:params:oauth:jti:token%201'],
      purposeOfUse: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HOPERAT' }] }],
    });
    expect(agentOf(event, user)).not.toHaveProperty('network');
  });
  it('has one patient of type 1 and role 1, what it was about, and the request', () => {
    expect(event.entity.filter(({ type: of }) => of.code === '1')).toHaveLength(1);
    expect(patientOf(event)).toMatchObject({ role: { code: '1' }, what: { type: 'Patient', identifier: { value: `pat_${uid(3)}` } } });
    expect(objectOf(event)?.role?.code).toBe(action === 'SEARCH' ? '24' : '4');
    expect(event.entity.find(({ type: of }) => of.code === 'XrequestId')?.what?.identifier?.value).toBe('request-1');
  });
});

describe('an event', () => {
  it('of a search has the query and nothing that was searched for, and no `what`', () => {
    const query = objectOf(eventOf({ action: 'SEARCH', operation: 'FindPatient' }));
    expect(Buffer.from(query?.query ?? '', 'base64').toString()).toBe('FindPatient');
    expect(query).not.toHaveProperty('what');
    expect(query).not.toHaveProperty('detail');
  });

  it('without a patient takes the pattern without one', () => {
    const event = eventOf({ personUid: null });
    expect(profileOf(event)).toBe('IHE.BasicAudit.Read');
    expect(patientOf(event)).toBeUndefined();
  });

  it('of a refusal is an authorization decision that was a serious failure, and claims no pattern of success', () => {
    const event = eventOf({ outcome: 'REFUSED' });
    expectR4(event);
    expect([event.type.code, event.subtype?.[0]?.code, event.action, event.outcome, profileOf(event)]).toEqual([
      '110113',
      'AuthZ-Consent',
      'E',
      '8',
      undefined,
    ]);
    expect(event.outcomeDesc).toMatch(/[Rr]efused/);
  });

  it('of a failure keeps its pattern, and says so', () => {
    const event = eventOf({ outcome: 'ERROR' });
    expect([event.type.code, event.subtype?.[0]?.code, event.outcome, profileOf(event)]).toEqual(['rest', 'read', '8', undefined]);
  });

  it('that was answered in part is a success that says what was withheld and what was shown', () => {
    const event = eventOf({ outcome: 'PARTLY_WITHHELD', withheldFields: ['alerts'], grantUid: uid(9) });
    expect([event.outcome, event.outcomeDesc]).toEqual(['0', expect.stringContaining('withheld')]);
    expect(objectOf(event)?.detail).toEqual([
      { type: 'phi-class', valueString: 'IDENTITY' },
      { type: 'withheld', valueString: 'alerts' },
      { type: 'operation', valueString: 'PatientContext' },
      { type: 'break-glass-grant', valueString: `grt_${uid(9)}` },
    ]);
  });

  it('of the hub itself has the part of it as requestor, with its purpose', () => {
    const event = eventOf({
      action: 'SYSTEM',
      userUid: null,
      system: 'scope',
      role: null,
      tokenId: null,
      personUid: null,
      purpose: 'HSYSADMIN',
    });
    expectR4(event);
    expect(agentOf(event, '110150')).toMatchObject({
      requestor: true,
      who: { identifier: { value: 'scope' } },
      purposeOfUse: [{ coding: [{ code: 'HSYSADMIN' }] }],
    });
  });
});
