/** Claims, what payers answered, payments and balances: the figures of domain rule A1.4, worked out by hand. */
import { describe, expect, it } from '@jest/globals';
import { only, read, recordsOf } from '../../reading.js';

const hl7 = (name: string) => `http://terminology.hl7.org/CodeSystem/${name}`;
const patient = { reference: 'Patient/zz-1' };
const usd = (amount: string) => ({ amount, currency: 'USD' });
const entry = (code: string, value: number, more: object = {}) => ({
  category: { coding: [{ system: hl7('adjudication'), code }] },
  amount: { value, currency: 'USD' },
  ...more,
});
const carc = (group: string, code: string) => ({
  reason: {
    coding: [
      { system: 'https://x12.org/codes/claim-adjustment-reason-codes', code },
      { system: 'https://x12.org/codes/claim-adjustment-group-codes', code: group },
    ],
  },
});
const denial = (group: string, code: string) => ({ category: { coding: [{ code: 'denialreason' }] }, ...carc(group, code) });
const eob = (more: object) => ({
  resourceType: 'ExplanationOfBenefit',
  id: 'zz-e',
  status: 'active',
  use: 'claim',
  outcome: 'complete',
  patient,
  claim: { reference: 'Claim/zz-c' },
  ...more,
});
const adjudication = (more: object) => only('adjudication', eob(more));
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

  it('denies where the payer’s status says so, and decides nothing by an error', () => {
    expect(
      adjudication({
        total: [
          { category: { coding: [{ system: 'http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBPayerAdjudicationStatus', code: 'denied' }] } },
        ],
      }).denied,
    ).toBe(true);
    expect(adjudication({ outcome: 'error' }).denied).toBeNull();
    expect(adjudication({ outcome: 'queued' }).denied).toBeNull();
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

describe('payments and balances', () => {
  it('a notice pays the claim it requests', () => {
    const notice = {
      resourceType: 'PaymentNotice',
      id: 'zz-n',
      status: 'active',
      request: { reference: 'Claim/zz-c' },
      created: '2026-01-02',
      paymentDate: '2026-01-01',
      amount: { value: 12500, currency: 'USD' },
      payment: { display: 'Zz Mutual' },
    };
    expect(only('payment', notice)).toMatchObject({
      patient: null,
      claim: 'Claim/zz-c',
      at: '2026-01-01',
      amount: usd('12500'),
      payer: 'Zz Mutual',
    });
    expect(read({ ...notice, status: 'cancelled' })).toEqual({ outcome: 'deleted', key: 'PaymentNotice/zz-n' });
  });

  it('a reconciliation is one payment for each claim it names', () => {
    const amount = { value: 1, currency: 'USD' };
    const detail = [
      { request: { reference: 'Claim/zz-a' }, date: '2026-01-01', amount },
      { amount },
      { request: { reference: 'Claim/zz-b' }, amount },
    ];
    const found = recordsOf(
      read({
        resourceType: 'PaymentReconciliation',
        id: 'zz-p',
        paymentDate: '2026-01-05',
        detail,
        paymentIssuer: { display: 'Zz Mutual' },
      }),
    );
    expect(found).toMatchObject([
      { key: 'PaymentReconciliation/zz-p#1', claim: 'Claim/zz-a', at: '2026-01-01', payer: 'Zz Mutual' },
      { key: 'PaymentReconciliation/zz-p#3', claim: 'Claim/zz-b', at: '2026-01-05' },
    ]);
    expect(read({ resourceType: 'PaymentReconciliation', id: 'zz-p', detail: [{ amount }] })).toEqual({
      outcome: 'notTaken',
      type: 'PaymentReconciliation',
    });
  });

  const balance = (value: number, aggregate?: string, estimate = false) => ({
    url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance',
    extension: [
      ...(aggregate ? [{ url: 'aggregate', valueCodeableConcept: { coding: [{ code: aggregate }] } }] : []),
      { url: 'estimate', valueBoolean: estimate },
      { url: 'amount', valueMoney: { value, currency: 'USD' } },
    ],
  });
  const account = (more: object) =>
    only('account', {
      resourceType: 'Account',
      id: 'zz-a',
      status: 'active',
      subject: [{ reference: 'Practitioner/zz' }, patient],
      ...more,
    });

  it('an account’s balance is the patient’s own part, firm before estimated', () => {
    expect(account({ extension: [balance(100, 'insurance'), balance(40.5, 'patient'), balance(140.5, 'total')] })).toMatchObject({
      patient: 'Patient/zz-1',
      balance: usd('40.5'),
    });
    expect(account({ extension: [balance(99, 'patient', true), balance(140, 'total')] }).balance).toEqual(usd('140'));
    expect(account({ extension: [balance(7)] }).balance).toEqual(usd('7'));
    expect(account({}).balance).toBeNull();
  });

  it('an invoice is owed while issued, nothing once balanced, gone when cancelled', () => {
    const invoice = (status: string) => ({
      resourceType: 'Invoice',
      id: 'zz-i',
      status,
      subject: patient,
      totalNet: { value: 40, currency: 'EUR' },
      totalGross: { value: 48, currency: 'EUR' },
    });
    expect(only('account', invoice('issued')).balance).toEqual({ amount: '48', currency: 'EUR' });
    expect(only('account', invoice('balanced')).balance).toEqual({ amount: '0', currency: 'EUR' });
    expect(only('account', invoice('draft')).balance).toBeNull();
    expect(read(invoice('cancelled')).outcome).toBe('deleted');
  });
});
