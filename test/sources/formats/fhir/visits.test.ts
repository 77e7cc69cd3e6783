/** Encounters, appointments, conditions, care teams, coverage and the names of those involved. */
import { describe, expect, it } from '@jest/globals';
import { only, read } from '../../reading.js';

const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const subject = { reference: 'Patient/zz-1' };

describe('an encounter', () => {
  const encounter = (more: object) =>
    only('encounter', { resourceType: 'Encounter', id: 'zz-v', subject, class: { system: act, code: 'AMB' }, ...more });

  it('is virtual by its class and where the patient is now by its place', () => {
    expect(encounter({}).virtual).toBe(false);
    expect(encounter({ class: { system: act, code: 'VR' } }).virtual).toBe(true);
    const location = [
      { location: { reference: 'Location/zz-ward' }, status: 'completed' },
      { location: { reference: 'Location/zz-bed' }, status: 'active' },
      { location: { reference: 'Location/zz-plan' }, status: 'planned' },
    ];
    expect(encounter({ location }).location).toBe('Location/zz-bed');
  });

  it('names staff once, relatives never, and visits without staff stay visits', () => {
    const individual = (reference: string) => ({ individual: { reference } });
    expect(
      encounter({
        participant: [
          individual('Practitioner/zz-a'),
          individual('RelatedPerson/zz-b'),
          individual('Practitioner/zz-a'),
          individual('PractitionerRole/zz-c'),
          {},
        ],
      }).practitioners,
    ).toEqual(['Practitioner/zz-a', 'PractitionerRole/zz-c']);
    expect(encounter({}).practitioners).toEqual([]);
  });

  it('carries every code that a label rule may look at, its own security labels first', () => {
    const meta = { security: [{ system: 'urn:sec', code: 'R' }] };
    const type = [
      {
        coding: [
          { system: 'urn:t', code: 'a' },
          { system: 'urn:t', code: 'b' },
        ],
      },
    ];
    expect(encounter({ meta, type, reasonCode: [{ coding: [{ code: 'c' }] }, { text: 'words only' }] }).labelCodes).toEqual([
      'urn:sec|R',
      `${act}|AMB`,
      'urn:t|a',
      'urn:t|b',
      '|c',
    ]);
  });

  it('of a group belongs to no patient and is set aside', () => {
    expect(read({ resourceType: 'Encounter', id: 'zz-g', subject: { reference: 'Group/zz' } })).toMatchObject({
      outcome: 'rejected',
      code: 'NO_SUBJECT',
    });
  });
});

describe('an appointment', () => {
  const actor = (reference: string, type?: string) => ({ actor: { reference, ...(type ? { type } : {}) }, status: 'accepted' });
  const appointment = (participant: object[], more: object = {}) => ({
    resourceType: 'Appointment',
    id: 'zz-a',
    status: 'booked',
    participant,
    ...more,
  });

  it('finds patient, staff and place among its participants', () => {
    expect(only('appointment', appointment([actor('Location/zz-l'), actor('Practitioner/zz-p'), actor('Patient/zz-1')]))).toMatchObject({
      patient: 'Patient/zz-1',
      location: 'Location/zz-l',
      practitioners: ['Practitioner/zz-p'],
    });
  });

  it('takes a lone participant of no known type for the patient, as NHS booking sends it', () => {
    expect(only('appointment', appointment([actor('urn:uuid:788660eb')])).patient).toBe('Patient/788660eb');
    expect(read(appointment([actor('urn:uuid:1'), actor('urn:uuid:2')]))).toMatchObject({ outcome: 'rejected', code: 'NO_SUBJECT' });
    expect(read(appointment([actor('Practitioner/zz-p')]))).toMatchObject({ outcome: 'rejected', code: 'NO_SUBJECT' });
    expect(read(appointment([]))).toMatchObject({ outcome: 'rejected', code: 'NO_SUBJECT' });
  });

  it('lasts as long as it says, else from start to end', () => {
    const times = { start: '2026-01-01T09:00:00+10:00', end: '2026-01-01T09:50:00+10:00' };
    expect(only('appointment', appointment([actor('Patient/zz-1')], times)).minutes).toBe(50);
    expect(only('appointment', appointment([actor('Patient/zz-1')], { ...times, minutesDuration: 1 })).minutes).toBe(1);
    expect(only('appointment', appointment([actor('Patient/zz-1')])).minutes).toBeNull();
  });

  it('is virtual where it has a virtual service, and says why it was cancelled', () => {
    const virtual = {
      extension: [{ url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.virtualService', extension: [] }],
    };
    const cancelled = { cancelationReason: { coding: [{ system: 'urn:c', code: 'pat', display: 'Patient' }] } };
    expect(only('appointment', appointment([actor('Patient/zz-1')], { ...virtual, ...cancelled }))).toMatchObject({
      virtual: true,
      cancellationReason: 'Patient',
    });
  });
});

describe('a condition', () => {
  const condition = (more: object) => read({ resourceType: 'Condition', id: 'zz-c', subject, ...more });
  const status = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code }] });

  it('that was entered in error or refuted is gone', () => {
    expect(condition({ verificationStatus: status('entered-in-error') })).toEqual({ outcome: 'deleted', key: 'Condition/zz-c' });
    expect(condition({ verificationStatus: status('refuted') }).outcome).toBe('deleted');
    expect(condition({ verificationStatus: status('confirmed') }).outcome).toBe('mapped');
  });

  it('keeps an invented code, its words and the year it began', () => {
    const code = { coding: [{ system: 'http://snomed.info/sct', code: '112141AAAA', display: 'Zz fever' }] };
    expect(
      only('condition', {
        resourceType: 'Condition',
        id: 'zz-c',
        subject,
        code,
        onsetDateTime: '2017',
        encounter: { reference: 'urn:uuid:9' },
      }),
    ).toMatchObject({
      code: { system: 'http://snomed.info/sct', code: '112141AAAA', display: 'Zz fever' },
      onset: '2017-01-01T00:00:00Z',
      encounter: 'Encounter/9',
      labelCodes: ['http://snomed.info/sct|112141AAAA'],
    });
  });
});

describe('the people and places around a visit', () => {
  it('a care team leaves out the patient, whom Synthea lists as a member', () => {
    const participant = [
      { member: { reference: 'Patient/zz-1' } },
      {
        member: { reference: 'Practitioner/zz-p', display: 'Dr. Zz' },
        role: [{ text: 'Surgeon' }],
        onBehalfOf: { reference: 'Organization/zz-o' },
      },
    ];
    expect(only('careTeam', { resourceType: 'CareTeam', id: 'zz-t', subject, participant }).members).toEqual([
      { member: 'Practitioner/zz-p', name: 'Dr. Zz', role: 'Surgeon', organization: 'Organization/zz-o' },
    ]);
  });

  it('a coverage knows its payor by display, contained resource or word, and its member number', () => {
    const coverage = (more: object) =>
      only('coverage', { resourceType: 'Coverage', id: 'zz-k', status: 'active', beneficiary: subject, ...more });
    expect(
      coverage({
        payor: [{ reference: 'Organization/zz-o', display: 'Zz Mutual' }],
        subscriberId: 'Zz77',
        period: { start: '2020-01-01' },
      }),
    ).toMatchObject({ payor: 'Zz Mutual', payorOrganization: 'Organization/zz-o', memberId: 'Zz77', start: '2020-01-01', end: null });
    expect(coverage({ payor: [{ identifier: { value: 'CMS' } }] })).toMatchObject({ payor: 'CMS', payorOrganization: null });
    expect(coverage({ payor: [{ reference: 'Patient/zz-1' }], type: { text: 'private' } })).toMatchObject({
      payorOrganization: null,
      type: { system: null, code: 'private', display: 'private' },
    });
    expect(read({ resourceType: 'Coverage', id: 'zz-k', status: 'cancelled', beneficiary: subject }).outcome).toBe('deleted');
  });

  it('staff go by title and name, and by every number that others may use', () => {
    const practitioner = {
      resourceType: 'Practitioner',
      id: 'zz-p',
      name: [{ family: 'Zz-Roe', given: ['Zz-Dolly'], prefix: ['Dr.'] }],
      identifier: [
        { system: 'http://hl7.org/fhir/sid/us-npi', value: '220' },
        { system: 'http://hl7.org/fhir/sid/us-ssn', value: '999' },
      ],
    };
    expect(only('named', practitioner)).toMatchObject({
      namedKind: 'practitioner',
      name: 'Dr. Zz-Dolly Zz-Roe',
      aliases: ['Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|220'],
    });
    expect(only('named', { resourceType: 'PractitionerRole', id: 'zz-r', practitioner: { display: 'Dr. Zz-Dolly' } })).toMatchObject({
      key: 'PractitionerRole/zz-r',
      namedKind: 'practitioner',
      name: 'Dr. Zz-Dolly',
    });
    expect(only('named', { resourceType: 'Organization', id: 'zz-o', alias: ['ZZ CLINIC'] })).toMatchObject({
      namedKind: 'organization',
      name: 'ZZ CLINIC',
    });
    expect(only('named', { resourceType: 'Location', id: 'zz-l', name: 'Zz ward' })).toMatchObject({
      namedKind: 'location',
      name: 'Zz ward',
    });
  });
});
