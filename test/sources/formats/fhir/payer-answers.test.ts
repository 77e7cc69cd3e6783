/** What payers answered to a claim: the figures of domain rule A1.4, worked out by hand, and what counts as a denial. */
import { describe, expect, it } from '@jest/globals';
import { only, read, recordsOf } from '../../reading.js';
import { carc, denial, entry, eob, hl7, patient, usd } from './billing-resources.js';

const usdValue = (value: number) => ({ value, currency: 'USD' });
const x12 = (code: string) => ({ coding: [{ system: 'https://x12.org/codes/claim-adjustment-reason-codes', code }] });
const adjudication = (more: object) => only('adjudication', eob(more));

describe('what a payer answered', () => {
  it('is added up over the lines, exactly, and paid is the payment', () => {
    const item = [
      {
        adjudication: [
          entry('submitted', 100),
          entry('eligible', 80.1),
          entry('deductible', 10),
          entry('copay', 5.25),
          entry('benefit', 64.85),
        ],
      },
      {
        adjudication: [
          entry('eligible', 0.2),
          { category: { coding: [{ code: 'coinsurance' }] }, amount: { value: 0.01, currency: 'USD' } },
        ],
      },
    ];
    expect(adjudication({ item, payment: { amount: { value: 64.995, currency: 'USD' } } })).toMatchObject({
      claim: 'Claim/zz-c',
      allowed: usd('80.3'),
      patientOwes: usd('15.26'),
      paid: usd('64.995'),
      denied: false,
    });
    expect(adjudication({ item }).paid).toEqual(usd('64.85'));
  });

  it('is unknown where no line says it: never billed less paid', () => {
    expect(adjudication({ payment: { amount: { value: 0, currency: 'USD' } }, total: [entry('submitted', 125)] })).toMatchObject({
      allowed: null,
      patientOwes: null,
      paid: usd('0'),
      denied: false,
    });
  });

  it('reads Synthea’s and CMS’s names for the figures; the special code overrules the general one', () => {
    const cms = (variable: string, value: number, general?: string) => ({
      category: {
        coding: [
          ...(general ? [{ code: general }] : []),
          {
            system: 'https://bluebutton.cms.gov/resources/codesystem/adjudication',
            code: `https://bluebutton.cms.gov/resources/variables/${variable}`,
          },
        ],
      },
      amount: { value, currency: 'USD' },
    });
    const item = [
      {
        adjudication: [
          cms('line_alowd_chrg_amt', 204.97),
          cms('line_coinsrnc_amt', 40.994),
          cms('line_bene_ptb_ddctbl_amt', 0),
          cms('rev_cntr_rdcd_coinsrnc_amt', 11, 'coinsurance'),
          cms('rev_cntr_rate_amt', 5, 'submitted'),
        ],
      },
    ];
    expect(adjudication({ item })).toMatchObject({ allowed: usd('204.97'), patientOwes: usd('40.994') });
  });

  it('takes the details of a line only where the line itself says nothing', () => {
    const detail = [{ adjudication: [entry('eligible', 7)] }, { adjudication: [entry('eligible', 8)] }];
    expect(adjudication({ item: [{ detail }] }).allowed).toEqual(usd('15'));
    expect(adjudication({ item: [{ adjudication: [entry('eligible', 15)], detail }] }).allowed).toEqual(usd('15'));
  });

  it('denies where every line came to nothing for a reason that is not contractual', () => {
    const refused = [
      { adjudication: [entry('benefit', 0), denial('PR', '96')] },
      { adjudication: [entry('benefit', 0), denial('CO', '50')] },
    ];
    expect(adjudication({ item: refused })).toMatchObject({ denied: true, denialCodes: [{ code: '96' }, { code: '50' }] });
    expect(adjudication({ item: [...refused, { adjudication: [entry('benefit', 20)] }] })).toMatchObject({
      denied: false,
      denialCodes: [{ code: '96' }, { code: '50' }],
    });
    expect(adjudication({ item: refused, payment: { amount: { value: 1, currency: 'USD' } } }).denied).toBe(false);
  });

  it('does not call CO-45 or the patient’s own share a denial', () => {
    const discount = [
      {
        adjudication: [
          entry('benefit', 0),
          { ...entry('deductible', 90), ...carc('PR', '1') },
          { ...entry('discount', 10), ...carc('CO', '45') },
        ],
      },
    ];
    expect(adjudication({ item: discount })).toMatchObject({ denied: false, denialCodes: [] });
    expect(adjudication({ item: [{ adjudication: [denial('PR', '45')] }] })).toMatchObject({ denied: true, denialCodes: [{ code: '45' }] });
  });

  it('does not call a line denied that was accepted in part, or left the patient the deductible', () => {
    const bundled = { ...entry('discount', 40), ...carc('CO', '97') };
    const cases = [
      [bundled, { ...entry('deductible', 60), ...carc('PR', '1') }],
      [
        { ...bundled, ...carc('CO', '59') },
        { category: { coding: [{ code: 'adjustment' }] }, amount: usdValue(60), ...carc('PR', '2') },
      ],
      [bundled, { category: { coding: [{ code: 'discount' }] }, amount: usdValue(60), reason: x12('PR-3') }],
      [bundled, entry('eligible', 60)],
      [bundled, entry('copay', 60)],
    ];
    for (const line of cases) expect(adjudication({ item: [{ adjudication: [entry('benefit', 0), ...line] }] }).denied).toBe(false);
    const refused = [bundled, entry('eligible', 0), entry('deductible', 0, carc('PR', '1')), entry('noncovered', 100, carc('PR', '96'))];
    expect(adjudication({ item: [{ adjudication: refused }] }).denied).toBe(true);
    expect(adjudication({ item: [{ adjudication: refused }, { adjudication: [bundled, entry('deductible', 60)] }] }).denied).toBe(false);
  });

  it('keeps codes that join group and reason, and CMS’s that are none', () => {
    const cms = (variable: string, code: string) => ({
      category: { coding: [{ code: 'denialreason' }] },
      reason: { coding: [{ system: `https://bluebutton.cms.gov/resources/variables/${variable}`, code }] },
    });
    const item = [
      {
        adjudication: [
          cms('rev_cntr_1st_ansi_cd', 'CO120'),
          cms('rev_cntr_2nd_ansi_cd', 'CO45'),
          cms('carr_line_rdcd_pmt_phys_astn_c', '0'),
        ],
      },
    ];
    expect(adjudication({ item }).denialCodes.map(({ code }) => code)).toEqual(['CO120']);
  });

  it('denies where the payer’s status says so', () => {
    expect(
      adjudication({
        total: [
          { category: { coding: [{ system: 'http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBPayerAdjudicationStatus', code: 'denied' }] } },
        ],
      }).denied,
    ).toBe(true);
  });

  it.each([{ status: 'cancelled' }, { status: 'entered-in-error' }, { status: 'draft' }, { outcome: 'queued' }, { outcome: 'error' }])(
    'is no answer, and takes back the one it was, with %j',
    (more) => {
      const item = [{ adjudication: [entry('eligible', 80), entry('deductible', 80)] }];
      expect(read(eob({ item, ...more }))).toEqual({ outcome: 'deleted', key: 'ExplanationOfBenefit/zz-e' });
      const response = { resourceType: 'ClaimResponse', id: 'zz-r', patient, request: { reference: 'Claim/zz-c' }, item, ...more };
      expect(read(response)).toEqual({ outcome: 'deleted', key: 'ClaimResponse/zz-r' });
    },
  );

  it('holds though only part of the claim is decided', () => {
    const item = [{ adjudication: [entry('deductible', 80)] }];
    expect(adjudication({ item, outcome: 'partial' })).toMatchObject({ patientOwes: usd('80'), denied: false });
  });

  it('that is no decision yet, and is the claim too, is the claim alone', () => {
    expect(recordsOf(read(eob({ claim: undefined, outcome: 'queued' }))).map(({ kind }) => kind)).toEqual(['claim']);
    expect(recordsOf(read(eob({ claim: undefined, status: 'draft' })))).toMatchObject([{ kind: 'claim', status: 'draft' }]);
    expect(read(eob({ claim: undefined, status: 'cancelled' })).outcome).toBe('deleted');
  });

  it('without a claim is the claim too', () => {
    const [first, second] = recordsOf(
      read(
        eob({
          claim: undefined,
          type: { coding: [{ system: hl7('claim-type'), code: 'pharmacy' }] },
          total: [entry('submitted', 12.5)],
          created: 'IGNORED_FIELD',
          insurer: { identifier: { value: 'CMS' } },
        }),
      ),
    );
    expect(first).toMatchObject({
      kind: 'claim',
      key: 'ExplanationOfBenefit/zz-e',
      claimKind: 'PHARMACY',
      billed: usd('12.5'),
      insurer: 'CMS',
    });
    expect(second).toMatchObject({
      kind: 'adjudication',
      key: 'ExplanationOfBenefit/zz-e',
      claim: 'ExplanationOfBenefit/zz-e',
      adjudicatedAt: null,
    });
  });

  it('may come as a ClaimResponse, which calls its claim request', () => {
    expect(
      only('adjudication', {
        resourceType: 'ClaimResponse',
        id: 'zz-r',
        patient,
        request: { reference: 'Claim/zz-c' },
        created: '2014-08-16',
        total: [entry('benefit', 9)],
      }),
    ).toMatchObject({ claim: 'Claim/zz-c', paid: usd('9'), adjudicatedAt: '2014-08-16T00:00:00Z' });
  });
});
