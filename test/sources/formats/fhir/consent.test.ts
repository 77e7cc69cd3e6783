/** What a Consent comes to: its rules in a list, each with its parent, in the source's own words. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { beside, describeBeside } from '../../../support/beside.js';
import { only, read, type Loose } from '../../reading.js';

const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const consent = (more: object) =>
  only('consent', { resourceType: 'Consent', id: 'zz-c', status: 'active', patient: { reference: 'Patient/zz-1' }, ...more });
const root = (more: object) => consent(more).provisions[0]!;
const unconditional = {
  parent: null,
  start: null,
  end: null,
  actors: [],
  purposes: [],
  actions: [],
  classes: [],
  securityLabels: [],
  vague: false,
};

describe('a consent', () => {
  it('names the person, its status, scope and date; nothing in it labels it', () => {
    const scope = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] };
    const meta = { security: [{ system: act, code: 'ETH' }], lastUpdated: '2026-02-01T00:00:00Z' };
    expect(consent({ scope, meta, dateTime: '2026-01-05' })).toMatchObject({
      key: 'Consent/zz-c',
      patient: 'Patient/zz-1',
      status: 'active',
      scope: 'patient-privacy',
      consentedAt: '2026-01-05T00:00:00Z',
      sourceUpdatedAt: '2026-02-01T00:00:00Z',
      labelCodes: [],
    });
  });

  it('of nobody is set aside, not guessed at', () => {
    expect(read({ resourceType: 'Consent', id: 'zz-c', status: 'active' })).toMatchObject({
      outcome: 'rejected',
      code: 'NO_SUBJECT',
      reason: 'Consent.patient names no Patient of this source',
    });
  });

  it('lists its rules, each after the one it is an exception to', () => {
    const inner = { type: 'permit', provision: [{ type: 'deny' }] };
    const { provisions } = consent({ provision: { type: 'deny', provision: [inner, { type: 'permit' }] } });
    expect(provisions.map(({ parent, denies }) => [parent, denies])).toEqual([
      [null, true],
      [0, false],
      [1, true],
      [0, false],
    ]);
  });

  it('goes by its base rule where the root has no type', () => {
    const base = (code: string) => ({ policyRule: { coding: [{ system: act, code }] } });
    expect(root(base('OPTIN'))).toEqual({ ...unconditional, denies: false });
    expect(root({})).toEqual({ ...unconditional, denies: false });
    expect(root({ ...base('OPTOUT'), provision: { purpose: [{ code: 'ETREAT' }], period: { start: '2026-01-01' } } })).toEqual({
      ...unconditional,
      denies: true,
      start: '2026-01-01T00:00:00Z',
    });
  });

  it('of a nested rule without a type is a denial, for that shows no more', () => {
    expect(consent({ provision: { type: 'permit', provision: [{}] } }).provisions[1]!.denies).toBe(true);
  });

  it('counts the day, the month and the year on which a period ends in', () => {
    const ends = (end: unknown) => root({ provision: { type: 'deny', period: { end } } }).end;
    expect(ends('2026-02-28')).toBe('2026-03-01T00:00:00.000Z');
    expect(ends('2026-12')).toBe('2027-01-01T00:00:00.000Z');
    expect(ends('2026')).toBe('2027-01-01T00:00:00.000Z');
    expect(ends('2026-02-28T10:00:00Z')).toBe('2026-02-28T10:00:00Z');
    expect(ends('9999')).toBe('9999-12-31T23:59:59Z');
    expect(root({ provision: { type: 'deny', period: { end: 'never' } } })).toMatchObject({ end: null, vague: true });
  });

  it('says of an actor who it is, that it pays, that it is not said, or that it only keeps the data', () => {
    const role = (code: string) => ({ role: { coding: [{ code }] } });
    const actor = [
      { ...role('PRCP'), reference: { reference: 'Practitioner/zz-9' } },
      { ...role('PAYOR'), reference: { reference: 'Organization/zz-plan' } },
      { ...role('PRCP'), reference: { display: 'somebody' } },
      { ...role('CST'), reference: { reference: 'Organization/zz-us' } },
    ];
    expect(root({ provision: { type: 'deny', actor } })).toMatchObject({
      actors: ['Practitioner/zz-9', 'Payer Organization/zz-plan', '?'],
      vague: true,
    });
  });

  it('keeps codes as they are, and says where one cannot be read', () => {
    const provision = {
      type: 'deny',
      purpose: [{ code: 'HOPERAT' }, { display: 'words' }],
      action: [{ coding: [{ code: 'access' }] }, { text: 'words' }],
      class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Condition' }],
      securityLabel: [{ system: act, code: 'HIV' }],
    };
    expect(root({ provision })).toMatchObject({
      purposes: ['HOPERAT', '?'],
      actions: ['access', '?'],
      classes: ['Condition'],
      securityLabels: ['HIV'],
    });
  });

  it('says where a rule is narrowed in a way that nobody here evaluates', () => {
    for (const narrow of ['code', 'data', 'dataPeriod']) expect(root({ provision: { type: 'permit', [narrow]: [{}] } }).vague).toBe(true);
  });
});

describeBeside('data/fhir-r4/hl7-examples', "HL7's own examples", () => {
  const folder = beside('data/fhir-r4/hl7-examples');
  const example = (name: string) =>
    only('consent', JSON.parse(readFileSync(join(folder, `Consent-consent-example-${name}.json`), 'utf8')) as Loose);

  it('are all read', () => {
    const files = readdirSync(folder).filter((file) => file.startsWith('Consent-'));
    expect(files).toHaveLength(8);
    for (const file of files) expect([file, read(readFileSync(join(folder, file), 'utf8')).outcome]).toEqual([file, 'mapped']);
  });

  it.each(['Out', 'Emergency', 'grantor', 'pkb'])('%s opts out: everything is denied but what is said to be allowed', (name) => {
    expect(example(name).provisions[0]).toMatchObject({ denies: true, actors: [], purposes: [], classes: [], securityLabels: [] });
    expect(example(name).provisions.every(({ denies }) => denies)).toBe(true);
  });

  it.each(['basic', 'notAuthor', 'notTime'])('%s opts in and says no denial', (name) => {
    expect(example(name).provisions.map(({ denies }) => denies)).toEqual([false]);
  });

  it('notThem opts in but for one person: nobody opts in by naming one', () => {
    expect(example('notThem').provisions).toMatchObject([{ denies: true, actors: ['Practitioner/f204'], actions: ['access', 'correct'] }]);
  });
});
