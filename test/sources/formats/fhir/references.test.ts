/** Six ways to refer, two ways to be understood. */
import { describe, expect, it } from '@jest/globals';
import { alone, References, type Surroundings } from '../../../../src/sources/formats/fhir/references.js';

const resource = {
  contained: [
    { resourceType: 'Patient', id: 'patient', identifier: [{ value: 'no-system' }, { system: 'urn:zz:mbi', value: 'Zz9' }] },
    { resourceType: 'Organization', id: 'payer', name: 'Zz Mutual' },
  ],
};
const to = (reference: unknown, expected = 'Patient', surroundings: Surroundings = alone) =>
  new References(resource, surroundings).to(reference, expected);

describe('a reference', () => {
  it.each([
    ['relative', { reference: 'Patient/zz-1' }, 'Patient/zz-1'],
    ['relative with a version', { reference: 'Patient/zz-1/_history/3' }, 'Patient/zz-1'],
    ['absolute', { reference: 'http://example.org/fhir/Patient/zz-1' }, 'Patient/zz-1'],
    ['absolute with the type in small letters', { reference: 'http://example.org/fhir/patient/zz-1' }, 'Patient/zz-1'],
    ['without a type', { reference: 'd5ffd0cd-0000' }, 'Patient/d5ffd0cd-0000'],
    ['a urn outside its Bundle', { reference: 'urn:uuid:0a-1b' }, 'Patient/0a-1b'],
    [
      'conditional',
      { reference: 'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|220' },
      'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|220',
    ],
    [
      'conditional and percent-encoded',
      { reference: 'Practitioner?identifier=http%3A%2F%2Fnpi%7C220&active=true' },
      'Practitioner?identifier=http://npi|220',
    ],
    ['logical', { identifier: { system: 'urn:zz', value: '7' } }, 'Patient?identifier=urn:zz|7'],
    ['logical with its type', { type: 'Encounter', identifier: { system: 'urn:zz', value: '7' } }, 'Encounter?identifier=urn:zz|7'],
    ['contained, by its own identifier', { reference: '#patient' }, 'Patient?identifier=urn:zz:mbi|Zz9'],
    ['contained without an identifier', { reference: '#payer' }, null],
    ['contained in nothing', { reference: '#absent' }, null],
    ['logical without a system', { identifier: { value: '7' } }, null],
    ['only a display', { display: 'Zz-Somebody' }, null],
    ['not even an object', 'Patient/zz-1', null],
  ])('%s', (_name, reference, understood) => {
    expect(to(reference)).toBe(understood);
  });

  it('is looked up among the entries of its Bundle', () => {
    const surroundings = { keyOf: new Map([['urn:uuid:1', 'Practitioner/zz-9']]), bases: new Set<string>() };
    expect(to({ reference: 'urn:uuid:1' }, 'Patient', surroundings)).toBe('Practitioner/zz-9');
  });

  it('to another server never hits a local id', () => {
    const surroundings = { keyOf: new Map<string, string>(), bases: new Set(['https://our.example.org/fhir']) };
    expect(to({ reference: 'https://our.example.org/fhir/Patient/5' }, 'Patient', surroundings)).toBe('Patient/5');
    expect(to({ reference: 'https://their.example.org/fhir/Patient/5' }, 'Patient', surroundings)).toBe(
      'https://their.example.org/fhir/Patient/5',
    );
    expect(new References({}, surroundings).toOneOf({ reference: 'https://their.example.org/fhir/Patient/5' }, ['Patient'])).toBeNull();
  });

  it('keeps to the types that the field calls for', () => {
    const references = new References({}, alone);
    expect(references.toOneOf({ reference: 'RelatedPerson/zz-1' }, ['Practitioner', 'PractitionerRole'])).toBeNull();
    expect(references.toOneOf({ reference: 'PractitionerRole/zz-1' }, ['Practitioner', 'PractitionerRole'])).toBe('PractitionerRole/zz-1');
    expect(references.toOneOf({ reference: 'PractitionerRole/zz-1' }, ['Practitioner'])).toBeNull();
  });

  it('is called what the source displays, else what the contained resource is named', () => {
    const references = new References(resource, alone);
    expect(references.named({ reference: '#payer' })).toBe('Zz Mutual');
    expect(references.named({ reference: '#payer', display: 'Zz Plan' })).toBe('Zz Plan');
    expect(references.named({ identifier: { value: 'CMS' } })).toBe('CMS');
    expect(references.named({ identifier: { system: 'urn:insurers', value: '555123' } })).toBeNull();
  });
});
