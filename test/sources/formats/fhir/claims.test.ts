/** Claims: what kind of bill it is, for which visit and days, what was billed and to whom. */
import { describe, expect, it } from '@jest/globals';
import { only, read, recordsOf } from '../../reading.js';
import { eob, hl7, patient, usd } from './billing-resources.js';

const claim = (more: object) => only('claim', { resourceType: 'Claim', id: 'zz-c', use: 'claim', patient, ...more });

describe('a claim', () => {
  it('is of the kind that HL7’s own coding says, whichever comes first', () => {
    const type = {
      coding: [
        { system: 'https://bluebutton.cms.gov/resources/variables/nch_clm_type_cd', code: '71' },
        { system: hl7('claim-type'), code: 'professional' },
      ],
    };
    expect(claim({ type })).toMatchObject({ claimKind: 'PROFESSIONAL', type: { code: 'professional' } });
    expect(claim({ type: { coding: [{ code: 'vision' }] } }).claimKind).toBe('VISION');
    expect(claim({ type: { coding: [{ system: 'urn:zz', code: 'unheard-of' }] } })).toMatchObject({
      claimKind: 'OTHER',
      type: { code: 'unheard-of' },
    });
  });

  it('names its visit in a line, and its days in the billable period, else in the lines', () => {
    const item = [
      { servicedDate: '2026-01-05' },
      {
        encounter: [{ type: 'Encounter', identifier: { system: 'urn:visit', value: 'Zz-V1' } }],
        servicedPeriod: { start: '2026-01-03', end: '2026-01-09' },
      },
    ];
    expect(claim({ item })).toMatchObject({
      encounter: 'Encounter?identifier=urn:visit|Zz-V1',
      servicedFrom: '2026-01-03',
      servicedTo: '2026-01-09',
    });
    expect(claim({ item, billablePeriod: { start: '2026-01-04T23:00:00-05:00' } })).toMatchObject({
      servicedFrom: '2026-01-04',
      servicedTo: null,
    });
  });

  it('entered in error is gone; cancelled or draft says so', () => {
    const status = (said: string) => ({ resourceType: 'Claim', id: 'zz-c', status: said, patient });
    expect(read(status('entered-in-error'))).toEqual({ outcome: 'deleted', key: 'Claim/zz-c' });
    expect(recordsOf(read(status('cancelled')))).toMatchObject([{ kind: 'claim', status: 'cancelled' }]);
    expect(recordsOf(read(status('draft')))).toMatchObject([{ kind: 'claim', status: 'draft' }]);
  });

  it('bills its total, never the sum of its lines', () => {
    expect(claim({ item: [{ net: { value: 5, currency: 'USD' } }] }).billed).toBeNull();
    expect(claim({ item: [{ net: { value: 5, currency: 'USD' } }], total: { value: 255, currency: 'USD' } }).billed).toEqual(usd('255'));
  });

  it('knows its insurer only by a display where there is nothing else', () => {
    expect(claim({ insurance: [{ focal: true, coverage: { display: 'private' } }] })).toMatchObject({
      insurer: 'private',
      insurerOrganization: null,
    });
    const contained = [{ resourceType: 'Coverage', id: 'coverage', payor: [{ display: 'Zz Mutual', reference: 'Organization/zz-o' }] }];
    expect(claim({ contained, insurance: [{ coverage: { reference: '#coverage' } }] })).toMatchObject({
      insurer: 'Zz Mutual',
      insurerOrganization: 'Organization/zz-o',
    });
  });

  it('hands the label rules diagnoses, procedures and services, and points at conditions of their own', () => {
    const diagnosis = [
      { diagnosisCodeableConcept: { coding: [{ system: 'urn:icd', code: 'B20' }] } },
      { diagnosisReference: { reference: 'Condition/zz-d' } },
      { diagnosisReference: { reference: '#own' } },
    ];
    const contained = [{ resourceType: 'Condition', id: 'own', code: { coding: [{ system: 'urn:icd', code: 'F32' }] } }];
    const found = claim({ diagnosis, contained, item: [{ productOrService: { coding: [{ system: 'urn:cpt', code: '90837' }] } }] });
    expect(found.labelCodes).toEqual(['urn:icd|B20', 'urn:icd|F32', 'urn:cpt|90837']);
    expect(found.conditions).toEqual(['Condition/zz-d']);
  });

  it('for care not yet given bills nothing and is not taken', () => {
    expect(read({ resourceType: 'Claim', id: 'zz-c', use: 'preauthorization', patient })).toEqual({
      outcome: 'notTaken',
      type: 'Claim.preauthorization',
    });
    expect(read(eob({ use: 'predetermination' }))).toEqual({ outcome: 'notTaken', type: 'ExplanationOfBenefit.predetermination' });
  });

  it('of a contained patient finds the person by the contained number, or nobody', () => {
    const contained = [{ resourceType: 'Patient', id: 'patient', identifier: [{ system: 'urn:mbi', value: 'Zz-M' }] }];
    expect(claim({ contained, patient: { reference: '#patient' } }).patient).toBe('Patient?identifier=urn:mbi|Zz-M');
    expect(
      read({ resourceType: 'Claim', id: 'zz-c', contained: [{ resourceType: 'Patient', id: 'p' }], patient: { reference: '#p' } }),
    ).toMatchObject({ outcome: 'rejected', code: 'NO_SUBJECT' });
  });
});
