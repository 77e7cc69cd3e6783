import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classify, flagsOf, mayFileForPatient, type ClassificationFacts } from '../../src/cases/classification.js';
import { loadCaseRules } from '../../src/cases/rules.js';
import { caseFlags, caseKinds, channels, issueCategories } from '../../src/cases/vocabulary.js';

const { classification: rules } = loadCaseRules();
const phoned = (facts: Partial<ClassificationFacts> = {}): ClassificationFacts => ({
  channel: 'PHONE',
  categories: ['QUALITY'],
  flags: [],
  ...facts,
});

const table: [string, ClassificationFacts, string, string][] = [
  ['a telephone complaint of which nothing more is said', phoned(), 'GRIEVANCE', 'us.482-13.unresolved'],
  ['a verbal complaint resolved by staff present', phoned({ resolvedOnTheSpot: true }), 'COMPLAINT', 'us.482-13.resolved-on-the-spot'],
  [
    'the same, called a concern',
    phoned({ resolvedOnTheSpot: true, requestedKind: 'CONCERN' }),
    'CONCERN',
    'us.482-13.concern-resolved-on-the-spot',
  ],
  ['a concern that was not resolved', phoned({ requestedKind: 'CONCERN' }), 'GRIEVANCE', 'us.482-13.unresolved'],
  [
    'a verbal complaint, resolved, that asks for a response',
    phoned({ resolvedOnTheSpot: true, requestsResponse: true }),
    'GRIEVANCE',
    'us.482-13.response-requested',
  ],
  ['a letter, even if resolved', phoned({ channel: 'LETTER', resolvedOnTheSpot: true }), 'GRIEVANCE', 'us.482-13.written'],
  ['an e-mail called a concern', phoned({ channel: 'EMAIL', requestedKind: 'CONCERN' }), 'GRIEVANCE', 'us.482-13.written'],
  ['a fax', phoned({ channel: 'FAX' }), 'GRIEVANCE', 'us.482-13.written'],
  ['a survey comment', phoned({ channel: 'SURVEY' }), 'COMPLAINT', 'us.482-13.survey-comment'],
  [
    'a survey comment that asks for resolution',
    phoned({ channel: 'SURVEY', requestsResponse: true }),
    'GRIEVANCE',
    'us.482-13.response-requested',
  ],
  ['a letter about billing alone', phoned({ channel: 'LETTER', categories: ['BILLING'] }), 'COMPLAINT', 'us.482-13.billing-alone'],
  ['a letter about billing and care', phoned({ channel: 'LETTER', categories: ['BILLING', 'QUALITY'] }), 'GRIEVANCE', 'us.482-13.written'],
  [
    'billing under 42 CFR 489',
    phoned({ categories: ['BILLING'], flags: ['MEDICARE_BILLING_RIGHTS'], resolvedOnTheSpot: true }),
    'GRIEVANCE',
    'us.482-13.medicare-billing-rights',
  ],
  ['a letter about privacy', phoned({ channel: 'LETTER', categories: ['PRIVACY'] }), 'PRIVACY_COMPLAINT', 'us.164-530.privacy'],
  ['privacy before billing', phoned({ categories: ['BILLING', 'PRIVACY'] }), 'PRIVACY_COMPLAINT', 'us.164-530.privacy'],
  ['abuse before privacy', phoned({ categories: ['PRIVACY'], flags: ['ABUSE_OR_NEGLECT'] }), 'GRIEVANCE', 'us.482-13.endangerment'],
  [
    'harm, though resolved on the spot',
    phoned({ flags: ['PATIENT_HARM'], resolvedOnTheSpot: true }),
    'GRIEVANCE',
    'us.482-13.endangerment',
  ],
  ['abuse before billing alone', phoned({ categories: ['BILLING'], flags: ['COP_NONCOMPLIANCE'] }), 'GRIEVANCE', 'us.482-13.endangerment'],
  [
    'a compliment in a letter',
    phoned({ channel: 'LETTER', requestedKind: 'COMPLIMENT', requestsResponse: true }),
    'COMPLIMENT',
    'hub.said.compliment',
  ],
  ['a suggestion', phoned({ requestedKind: 'SUGGESTION' }), 'SUGGESTION', 'hub.said.suggestion'],
  ['an inquiry', phoned({ requestedKind: 'INQUIRY' }), 'INQUIRY', 'hub.said.inquiry'],
  [
    'abuse told in the course of a compliment',
    phoned({ requestedKind: 'COMPLIMENT', flags: ['ABUSE_OR_NEGLECT'] }),
    'GRIEVANCE',
    'us.482-13.endangerment',
  ],
  [
    'a letter of a neighbour',
    phoned({ channel: 'LETTER', complainantRelationship: 'NEIGHBOR' }),
    'COMPLAINT',
    'us.482-13.filer-without-authority',
  ],
  [
    'a letter of a spouse who says by what right',
    phoned({ channel: 'LETTER', complainantRelationship: 'spouse', complainantAuthority: 'power of attorney on file' }),
    'GRIEVANCE',
    'us.482-13.written',
  ],
  [
    'abuse told by a visitor',
    phoned({ complainantRelationship: 'VISITOR', flags: ['ABUSE_OR_NEGLECT'] }),
    'COMPLAINT',
    'us.482-13.endangerment-by-other',
  ],
  [
    'a privacy complaint of anybody',
    phoned({ complainantRelationship: 'VISITOR', categories: ['PRIVACY'] }),
    'PRIVACY_COMPLAINT',
    'us.164-530.privacy',
  ],
  [
    'asked to be handled as a grievance',
    phoned({ requestedKind: 'GRIEVANCE', resolvedOnTheSpot: true }),
    'GRIEVANCE',
    'us.482-13.response-requested',
  ],
  [
    'nothing coded at all',
    phoned({ categories: [], resolvedOnTheSpot: null, requestsResponse: null }),
    'GRIEVANCE',
    'us.482-13.unresolved',
  ],
];

describe('classification', () => {
  it.each(table)('%s', (_, facts, kind, rule) => {
    expect(classify(facts, rules)).toMatchObject({ kind, rule });
  });

  it('says why, in words for people', () => {
    expect(classify(phoned(), rules).why).toBe('A verbal complaint that was not resolved at once by staff present is a grievance.');
  });

  it.each(['SELF', 'patient', 'Power of Attorney', 'LEGAL_GUARDIAN', '', null])(
    'a filer who is "%s" may speak for the patient',
    (relationship) => {
      expect(mayFileForPatient({ complainantRelationship: relationship }, rules)).toBe(true);
    },
  );
  it.each(['CHILD', 'friend', 'self-appointed'])('a filer who is "%s" may not, unless they say by what right', (relationship) => {
    expect(mayFileForPatient({ complainantRelationship: relationship, complainantAuthority: ' ' }, rules)).toBe(false);
    expect(mayFileForPatient({ complainantRelationship: relationship, complainantAuthority: 'court order' }, rules)).toBe(true);
  });

  it('always decides, and never makes a grievance of what somebody without authority filed', () => {
    const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
    const facts = fc.record({
      requestedKind: maybe(fc.constantFrom(...caseKinds)),
      channel: fc.constantFrom(...channels),
      requestsResponse: maybe(fc.boolean()),
      resolvedOnTheSpot: maybe(fc.boolean()),
      complainantRelationship: maybe(fc.constantFrom('SELF', 'FRIEND', 'GUARDIAN')),
      complainantAuthority: maybe(fc.constantFrom('', 'court order')),
      categories: fc.subarray([...issueCategories]),
      flags: fc.subarray([...caseFlags]),
    });
    fc.assert(
      fc.property(facts, (said) => {
        const { kind, rule } = classify(said, rules);
        return rule !== '' && (kind !== 'GRIEVANCE' || mayFileForPatient(said, rules));
      }),
    );
  });
});

describe('what the issues allege', () => {
  it.each([
    [[{ subcategory: 'Neglect' }], ['ABUSE_OR_NEGLECT']],
    [
      [{ subcategory: 'sexual_abuse' }, { harm: 4 }],
      ['ABUSE_OR_NEGLECT', 'PATIENT_HARM'],
    ],
    [[{ harm: 0 }, { subcategory: 'parking' }], []],
    [[{ subcategory: 'MEDICARE-BILLING-RIGHTS', harm: null }], ['MEDICARE_BILLING_RIGHTS']],
  ])('%j', (issues, flags) => {
    expect(flagsOf(issues, rules)).toEqual(flags);
  });
});
