/** Issues coded while a case is worked on, and after: what they make of its kind and its clocks. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WireId } from '../../src/kernel/index.js';
import { changed, departmentId, openMariasOffice, type MariasOffice, type Office } from './office.js';

let office: Office;
let maria: MariasOffice['maria'];
let take: MariasOffice['open'];
beforeAll(async () => {
  ({ office, maria, open: take } = await openMariasOffice());
});
afterAll(() => office.close());

/** A telephone complaint of Friday 20 November 2026 that staff present resolved: no grievance, and one clock. */
const open = (): Promise<WireId> => take({ resolvedOnTheSpot: true });
const file = async (caseId: WireId) =>
  (await office.rows('select kind, classification, severity, version from case_file where uid = $1', caseId.slice(5)))[0];
const clocks = async (caseId: WireId) =>
  (
    await office.rows<{ rule: string; status: string }>(
      'select d.rule, d.status from deadline d join case_file c on c.id = d.case_id where c.uid = $1 order by d.rule',
      caseId.slice(5),
    )
  ).map(({ rule, status }) => `${rule} ${status}`);
const issues = async (caseId: WireId) =>
  office.rows(
    'select i.domain, i.category, i.subcategory, i.severity, i.harm, i.stage, i.coded_at from case_issue i join case_file c on c.id = i.case_id where c.uid = $1 order by i.id',
    caseId.slice(5),
  );
const lastChange = async (caseId: WireId) =>
  (
    await office.rows<{ what: string; before: object; after: object }>(
      'select what, before, after from case_event e join case_file c on c.id = e.case_id where c.uid = $1 order by e.id desc limit 1',
      caseId.slice(5),
    )
  )[0];

describe('an issue that is coded', () => {
  it("stands with its domain, who and when; the highest severity is the case's", async () => {
    const caseId = await open();
    const acts = await office.as();
    const first = { category: 'LISTENING', severity: 2, departmentId: departmentId('patient-relations') };
    const outcome = changed(await acts.codeIssue({ caseId, issue: first }));
    changed(await acts.codeIssue({ caseId, issue: { category: 'SCHEDULING', severity: 1, stage: 'discharge' } }));
    expect(outcome).toMatchObject({ personUid: maria.uid, subject: { type: 'Issue' } });
    expect(await issues(caseId)).toEqual([
      {
        domain: 'RELATIONSHIP',
        category: 'LISTENING',
        subcategory: null,
        severity: 2,
        harm: null,
        stage: null,
        coded_at: new Date('2026-11-20T17:00:00Z'),
      },
      {
        domain: 'EXTENSION',
        category: 'SCHEDULING',
        subcategory: null,
        severity: 1,
        harm: null,
        stage: 'discharge',
        coded_at: new Date('2026-11-20T17:00:00Z'),
      },
    ]);
    expect(await file(caseId)).toEqual({ kind: 'COMPLAINT', classification: 'us.482-13.resolved-on-the-spot', severity: 2, version: 3 });
    expect(await clocks(caseId)).toEqual(['hub.internal.acknowledge RUNNING']);
  });

  it('once, however often it is sent with one key', async () => {
    const caseId = await open();
    const acts = await office.as();
    const request = { caseId, issue: { category: 'QUALITY' }, idempotencyKey: `code-${caseId}` };
    const first = await acts.codeIssue(request);
    expect(await acts.codeIssue(request)).toEqual(first);
    expect(await issues(caseId)).toHaveLength(1);
  });

  it('and alleges abuse makes a grievance of a complaint, with the clocks of one, and history says which rule did', async () => {
    const caseId = await open();
    const acts = await office.as();
    changed(await acts.codeIssue({ caseId, issue: { category: 'SAFETY', subcategory: 'Physical abuse' } }));
    expect(await file(caseId)).toMatchObject({ kind: 'GRIEVANCE', classification: 'us.482-13.endangerment' });
    expect(await clocks(caseId)).toEqual([
      'hub.internal.acknowledge RUNNING',
      'us.cms.hospital.endanger RUNNING',
      'us.cms.hospital.reply RUNNING',
    ]);
    expect(await lastChange(caseId)).toMatchObject({
      what: 'ISSUE_CODED',
      before: { kind: 'COMPLAINT', classification: 'us.482-13.resolved-on-the-spot' },
      after: {
        kind: 'GRIEVANCE',
        classification: 'us.482-13.endangerment',
        deadlines: ['us.cms.hospital.endanger', 'us.cms.hospital.reply'],
      },
    });
    expect(await acts.classifyCase({ caseId, kind: 'COMPLAINT', reason: 'It was nothing.' })).toMatchObject({
      outcome: 'refused',
      field: 'kind',
    });
  });

  it('leaves a kind that was decided by hand where the rules leave the choice', async () => {
    const caseId = await open();
    const acts = await office.as();
    changed(await acts.classifyCase({ caseId, kind: 'CONCERN', reason: 'A word was enough.' }));
    changed(await acts.codeIssue({ caseId, issue: { category: 'ENVIRONMENT', severity: 3 } }));
    expect(await file(caseId)).toMatchObject({ kind: 'CONCERN', classification: 'hub.decided-by-hand', severity: 3 });
  });

  it('after the case was closed is for learning: neither kind nor clocks change', async () => {
    const caseId = await open();
    await office.owner.query("update case_file set status = 'CLOSED', closed_at = now() where uid = $1", [caseId.slice(5)]);
    changed(await (await office.as()).codeIssue({ caseId, issue: { category: 'SAFETY', subcategory: 'abuse' } }));
    expect(await file(caseId)).toMatchObject({ kind: 'COMPLAINT' });
    expect(await clocks(caseId)).toEqual(['hub.internal.acknowledge RUNNING']);
  });
});

describe('no issue is coded', () => {
  it.each([
    ['of a category that nobody knows', { category: 'FOOD' }, 'issue.category'],
    ["with a severity beyond HCAT's", { category: 'QUALITY', severity: 4 }, 'issue.severity'],
    ['of a department that is none', { category: 'QUALITY', departmentId: 'dep_none' }, 'issue.departmentId'],
  ])('%s', async (_, issue, field) => {
    const caseId = await open();
    expect(await (await office.as()).codeIssue({ caseId, issue })).toMatchObject({ outcome: 'refused', field });
    expect(await issues(caseId)).toEqual([]);
  });

  it('by somebody who does not hold the case', async () => {
    const caseId = await open();
    const stranger = await office.as({ user: 'advocate-2' });
    expect(await stranger.codeIssue({ caseId, issue: { category: 'QUALITY' } })).toMatchObject({ code: 'NOT_PERMITTED' });
  });
});
