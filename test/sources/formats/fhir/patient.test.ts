/** Who a person is to a source: which of several names, addresses and numbers holds. */
import { describe, expect, it } from '@jest/globals';
import { only, read } from '../../reading.js';

const patient = (more: object) => only('patient', { resourceType: 'Patient', id: 'zz-1', ...more });

describe('a patient', () => {
  it('is called by the official name, then the usual, never by one that is over', () => {
    const maiden = { use: 'maiden', family: 'Zz-Former', given: ['Zz-Pia'], period: { end: '2002' } };
    const usual = { use: 'usual', given: ['Zz-Pip'] };
    const official = { use: 'official', family: 'Zz-Chalmers', given: ['Zz-Pia', 'Zz-Jo'] };
    expect(patient({ name: [maiden, usual, official] })).toMatchObject({
      name: 'Zz-Pia Zz-Jo Zz-Chalmers',
      family: 'Zz-Chalmers',
      given: 'Zz-Pia Zz-Jo',
    });
    expect(patient({ name: [maiden, usual] })).toMatchObject({ name: 'Zz-Pip', family: null });
    expect(
      patient({
        name: [
          { ...official, period: { end: '2020' } },
          { family: 'Zz-Now', given: ['Zz-Pia'] },
        ],
      }).family,
    ).toBe('Zz-Now');
    expect(patient({ name: [{ text: 'Zz-Only Text' }] })).toMatchObject({ name: 'Zz-Only Text', family: null, given: null });
    expect(patient({}).name).toBeNull();
  });

  it('has identifiers with system and type; a number without a system could be anybody’s', () => {
    const type = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] });
    const identifier = [
      { system: 'urn:zz:mrn', value: 'Zz1', type: type('MR') },
      { system: 'urn:zz:gen', value: 'Zz2' },
      { value: 'Zz3', type: type('SS') },
      { system: 'urn:zz:mrn' },
    ];
    expect(patient({ identifier }).identifiers).toEqual([
      { system: 'urn:zz:mrn', value: 'Zz1', type: 'MR' },
      { system: 'urn:zz:gen', value: 'Zz2', type: null },
    ]);
  });

  it('has a birth date only where the day is known, and a death even where its day is not', () => {
    expect(patient({ birthDate: '1974-12' }).birthDate).toBeNull();
    expect(patient({ birthDate: '1974-12-25' }).birthDate).toBe('1974-12-25');
    expect(patient({ deceasedDateTime: '2021-03-04T10:00:00+00:00' })).toMatchObject({
      deceasedAt: '2021-03-04T10:00:00+00:00',
      alerts: [],
    });
    expect(patient({ deceasedBoolean: true })).toMatchObject({ deceasedAt: null, alerts: ['Deceased; the source gives no date'] });
    expect(patient({ deceasedBoolean: false }).alerts).toEqual([]);
  });

  it('is reached in the order the person ranks; a restricted number is confidential', () => {
    const label = {
      url: 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label',
      valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' },
    };
    const telecom = [
      { use: 'home' },
      { system: 'phone', value: '555-0101', use: 'work', rank: 2 },
      { system: 'email', value: 'zz@example.org', rank: 1, extension: [label] },
      { system: 'phone', value: '555-0102', use: 'old' },
    ];
    expect(patient({ telecom }).contactPoints).toEqual([
      { kind: 'email', value: 'zz@example.org', use: null, confidential: true },
      { kind: 'phone', value: '555-0101', use: 'work', confidential: false },
      { kind: 'phone', value: '555-0102', use: 'old', confidential: false },
    ]);
  });

  it('lives at the home address in force, in one line', () => {
    const address = [
      { use: 'old', line: ['9 Zz Past'] },
      { use: 'billing', city: 'Payton' },
      { use: 'home', line: ['1 Zz Lane', 'Flat 2'], city: 'Sampleton', state: 'MA', postalCode: '02000', country: 'US' },
    ];
    expect(patient({ address }).address).toBe('1 Zz Lane, Flat 2, Sampleton, MA 02000, US');
    expect(patient({ address: [{ text: 'Somewhere in Zz' }] }).address).toBe('Somewhere in Zz');
  });

  it("is written to at a confidential address, which is then nobody else's to know as the address", () => {
    const extension = [
      {
        url: 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label',
        valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' },
      },
    ];
    const read = patient({
      address: [
        { use: 'home', line: ['1 Zz Lane'] },
        { use: 'temp', line: ['2 Zz Refuge'], extension },
        { line: ['3 Zz Past'], period: { end: '2020-01-01' }, extension },
      ],
    });
    expect(read.address).toBe('1 Zz Lane');
    expect(read.contactPoints).toEqual([{ kind: 'postal', value: '2 Zz Refuge', use: 'temp', confidential: true }]);
    expect(patient({ address: { use: 'home', line: ['2 Zz Refuge'], extension } }).address).toBeNull();
  });

  it('speaks the preferred language and needs an interpreter where either extension says so', () => {
    const language = (code: string) => ({ coding: [{ system: 'urn:ietf:bcp:47', code }] });
    expect(patient({ communication: [{ language: language('en') }, { language: language('es'), preferred: true }] }).language).toBe('es');
    const required = { url: 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired', valueBoolean: true };
    const needed = (code: string) => ({
      url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed',
      valueCoding: { system: 'http://snomed.info/sct', code },
    });
    expect(
      [
        patient({ extension: [required] }),
        patient({ extension: [needed('373066001')] }),
        patient({ extension: [needed('373067005')] }),
        patient({}),
      ].map((one) => one.interpreterNeeded),
    ).toEqual([true, true, false, null]);
  });

  it('says how they want to be served where an extension says it', () => {
    const extension = [
      { url: 'http://hl7.org/fhir/StructureDefinition/patient-disability', valueCodeableConcept: { text: 'Hard of hearing' } },
    ];
    expect(patient({ extension }).preferences).toEqual(['Accommodation: Hard of hearing']);
  });

  it('is read even where a vendor puts the wrong type in every place', () => {
    expect(
      read({
        resourceType: 'Patient',
        id: 'zz-1',
        name: 'Zz',
        identifier: 'Zz',
        telecom: 7,
        address: null,
        communication: [3],
        extension: {},
        birthDate: 19,
        meta: [],
      }).outcome,
    ).toBe('mapped');
  });
});
