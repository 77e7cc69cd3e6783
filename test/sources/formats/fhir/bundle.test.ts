/** A Bundle is cut into the texts it was sent in; what is broken is set aside as small as can be. */
import { describe, expect, it } from '@jest/globals';
import { openBundle, readText } from '../../../../src/sources/formats/fhir/bundle.js';

const outcomes = (json: string) =>
  [...readText(json)].map((message) =>
    message.outcome === 'rejected' ? message.code : message.outcome === 'notTaken' ? message.type : `${message.outcome} ${message.key}`,
  );
const bundle = (...entries: string[]) => `{"resourceType":"Bundle","type":"collection","entry":[${entries.join(',')}]}`;
const patient = '{ "resourceType": "Patient",\n "id": "zz-1", "note": "a \\"}] b \\\\" }';

describe('a Bundle', () => {
  it('keeps each resource’s own text, blanks, quotes and brackets in strings included', () => {
    const [message] = readText(`\uFEFF ${bundle(`{"fullUrl":"urn:uuid:1","resource":${patient} }`)}\n`);
    expect(message).toMatchObject({ outcome: 'mapped', key: 'Patient/zz-1', raw: patient });
  });

  it('passes over entries without a resource, and tells of deletions', () => {
    expect(
      outcomes(
        bundle(
          '{"response":{"status":"201"}}',
          '{"request":{"method":"DELETE","url":"Patient/zz-9"}}',
          '{"request":{"method":"DELETE","url":"Observation/zz-9"}}',
          `{"resource":${patient}}`,
        ),
      ),
    ).toEqual(['deleted Patient/zz-9', 'mapped Patient/zz-1']);
    expect(outcomes('{"resourceType":"Bundle","type":"searchset","total":0}')).toEqual([]);
    expect(outcomes(bundle())).toEqual([]);
  });

  it('within a Bundle is unwrapped too', () => {
    expect(outcomes(bundle(`{"resource":${bundle(`{"resource":${patient}}`)}}`))).toEqual(['mapped Patient/zz-1']);
  });

  it('gives a resource without an id the one of its fullUrl, and resolves references to it', () => {
    const nameless = '{"fullUrl":"urn:uuid:0a","resource":{"resourceType":"Patient","gender":"other"}}';
    const visit =
      '{"fullUrl":"http://example.org/fhir/Encounter/zz-2","resource":{"resourceType":"Encounter","subject":{"reference":"urn:uuid:0a"}}}';
    expect([...readText(bundle(nameless, visit))]).toMatchObject([
      { key: 'Patient/0a' },
      { key: 'Encounter/zz-2', records: [{ patient: 'Patient/0a' }] },
    ]);
  });

  it('resolves a urn to the entry’s own id, not to the urn’s', () => {
    const person = '{"fullUrl":"urn:uuid:0a","resource":{"resourceType":"Patient","id":"zz-77"}}';
    const visit = '{"resource":{"resourceType":"Encounter","id":"zz-2","subject":{"reference":"urn:uuid:0a"}}}';
    expect([...readText(bundle(visit, person))]).toMatchObject([{ records: [{ patient: 'Patient/zz-77' }] }, { key: 'Patient/zz-77' }]);
  });

  it('does not take another server’s patient for its own', () => {
    const entry =
      '{"fullUrl":"https://our.example.org/Encounter/zz-2","resource":{"resourceType":"Encounter","id":"zz-2","subject":{"reference":"https://their.example.org/Patient/zz-1"}}}';
    expect(outcomes(bundle(entry))).toEqual(['NO_SUBJECT']);
  });

  it('loses only the resource that is broken', () => {
    expect(
      outcomes(
        bundle(
          '{"resource":{"resourceType":"Patient","id":zz}}',
          '{"resource":{"id":"no-type"}}',
          `{"resource":"text"}`,
          `{"resource":${patient}}`,
          '{"resource":{"resourceType":"Observation"}}',
        ),
      ),
    ).toEqual(['NOT_JSON', 'NOT_FHIR', 'NOT_JSON', 'mapped Patient/zz-1', 'Observation']);
  });

  it.each([
    ['cut off anywhere', 'TRUNCATED', (whole: string) => whole.slice(0, -20)],
    ['cut off at the very end', 'TRUNCATED', (whole: string) => whole.slice(0, -1)],
    ['followed by something', 'NOT_JSON', (whole: string) => `${whole} more`],
    ['with a comma missing', 'NOT_JSON', (whole: string) => whole.replace('},{', '} {')],
    ['of no entries but a text', 'NOT_JSON', () => '{"resourceType":"Bundle","entry":"none"}'],
  ])('%s is set aside whole', (_what, code, spoil) => {
    const text = spoil(bundle(`{"resource":${patient}}`, `{"resource":${patient}}`));
    expect([...readText(text)]).toEqual([{ outcome: 'rejected', code, reason: expect.any(String), raw: text }]);
  });

  it('is cut off at every possible place without a crash or a half-read resource', () => {
    const whole = bundle(`{"fullUrl":"urn:uuid:1","resource":${patient},"search":{"mode":"match"}}`);
    for (let end = 1; end < whole.length; end++) expect(outcomes(whole.slice(0, end))).toEqual(['TRUNCATED']);
  });

  it('knows what is no Bundle', () => {
    expect(() => openBundle('{"resourceType":"Patient"}')).toThrow('expected a Bundle');
    expect(() => openBundle('<html>')).toThrow('expected an object');
    expect(() => openBundle('')).toThrow('ends in the middle');
  });
});

describe('a text that is no Bundle', () => {
  it.each([
    ['[]', 'NOT_JSON'],
    ['null', 'NOT_JSON'],
    ['{}', 'NOT_FHIR'],
    ['{"resourceType":7}', 'NOT_FHIR'],
    ['{"resourceType":"zz what"}', 'NOT_FHIR'],
    ['{"resourceType":"Patient"}', 'NO_ID'],
    ['{"resourceType":"Patient","id":"a/b"}', 'INVALID_VALUE'],
    ['{"resourceType":"Patient","id":"zz-1","name":[{"family":"Zz\\u0000"}]}', 'INVALID_VALUE'],
    ['{"resourceType":"Patient","id":"zz-1","name":[', 'TRUNCATED'],
    ['{"resourceType":"Patient","id":"zz-1","name":}', 'NOT_JSON'],
    ['{"resourceType":"__proto__","id":"zz-1"}', 'NOT_FHIR'],
    ['{"resourceType":"constructor","id":"zz-1"}', 'NOT_FHIR'],
  ])('%s is set aside as %s', (json, code) => {
    expect([...readText(json)]).toMatchObject([{ outcome: 'rejected', code, raw: json }]);
  });
});
