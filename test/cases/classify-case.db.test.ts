/** A kind decided by hand: what is written, what it does to the clocks, and where nobody has a choice. What comes by
 *  telephone is a grievance until somebody says otherwise. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WireId } from '../../src/kernel/index.js';
import { changed, openMariasOffice, type MariasOffice, type Office } from './office.js';

let office: Office;
let maria: MariasOffice['maria'];
let open: MariasOffice['open'];
beforeAll(async () => {
  ({ office, maria, open } = await openMariasOffice());
});
afterAll(() => office.close());

const file = async (caseId: WireId) =>
  (await office.rows('select kind, classification, version, next_due_at from case_file where uid = $1', caseId.slice(5)))[0];
const clocks = async (caseId: WireId) =>
  office.rows(
    'select d.step, d.status from deadline d join case_file c on c.id = d.case_id where c.uid = $1 order by d.due_at, d.step',
    caseId.slice(5),
  );
const reason = 'Staff present had settled it; intake was not told.';

describe('a kind decided by hand', () => {
  it('stands with who, when, what before and why; its clocks follow, and so does what is due next', async () => {
    const caseId = await open();
    const acts = await office.as();
    const outcome = changed(
      await acts.classifyCase({ caseId, expectedVersion: 1, kind: 'COMPLAINT', reason, note: 'Spoke with the ward.' }),
    );
    expect(outcome).toMatchObject({ personUid: maria.uid, subject: { type: 'Interaction' } });
    expect(await file(caseId)).toEqual({
      kind: 'COMPLAINT',
      classification: 'hub.decided-by-hand',
      version: 2,
      next_due_at: new Date('2026-11-26T04:59:59.999Z'),
    });
    expect(await clocks(caseId)).toEqual([
      { step: 'ACKNOWLEDGE', status: 'RUNNING' },
      { step: 'REPLY', status: 'WITHDRAWN' },
    ]);
    const [change] = await office.rows<{ before: object; after: object }>(
      "select before, after from case_event e join case_file c on c.id = e.case_id where c.uid = $1 and what = 'RECLASSIFIED'",
      caseId.slice(5),
    );
    expect(change).toMatchObject({
      before: { kind: 'GRIEVANCE', classification: 'us.482-13.unresolved' },
      after: { version: 2, kind: 'COMPLAINT', classification: 'hub.decided-by-hand', deadlines: ['us.cms.hospital.reply'], reason },
    });
    changed(await acts.classifyCase({ caseId, kind: 'GRIEVANCE', reason: 'It was not settled after all.' }));
    expect(await clocks(caseId)).toEqual([
      { step: 'ACKNOWLEDGE', status: 'RUNNING' },
      { step: 'REPLY', status: 'RUNNING' },
    ]);
  });

  it('as praise owes nothing; once acknowledged it owes no acknowledgement again', async () => {
    const caseId = await open();
    const acts = await office.as();
    changed(await acts.classifyCase({ caseId, kind: 'COMPLIMENT', reason }));
    expect(await file(caseId)).toMatchObject({ next_due_at: null });
    changed(await acts.acknowledgeCase({ caseId }));
    changed(await acts.classifyCase({ caseId, kind: 'COMPLAINT', reason }));
    expect(await clocks(caseId)).toEqual([
      { step: 'ACKNOWLEDGE', status: 'MET' },
      { step: 'REPLY', status: 'WITHDRAWN' },
    ]);
  });

  it('asks for the kind, another one than it has, and the reason', async () => {
    const caseId = await open();
    const acts = await office.as();
    for (const [wrong, field] of [
      [{ reason }, 'kind'],
      [{ kind: 'COMPLAINT' }, 'reason'],
      [{ kind: 'GRIEVANCE', reason }, 'kind'],
      [{ kind: 'COMPLAINT', reason, channel: 'PHONE' }, 'channel'],
    ] as const)
      expect(await acts.classifyCase({ caseId, ...wrong })).toMatchObject({ outcome: 'refused', code: 'BAD_INPUT', field });
    expect(await file(caseId)).toMatchObject({ version: 1 });
  });
});

describe('nobody has a choice', () => {
  it.each([
    ['abuse', { category: 'SAFETY', subcategory: 'abuse' }, 'COMPLAINT', 'kind: expected GRIEVANCE. '],
    ['privacy', { category: 'PRIVACY' }, 'COMPLIMENT', 'kind: expected PRIVACY_COMPLAINT or COMPLAINT or GRIEVANCE. '],
  ])('where the case is about %s, and is told which rule says so', async (_, issue, kind, says) => {
    const caseId = await open({ issues: [issue] });
    const outcome = await (await office.as()).classifyCase({ caseId, kind, reason });
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'BAD_INPUT', field: 'kind' });
    expect(outcome.message.startsWith(says)).toBe(true);
    expect(outcome.message).toMatch(/CFR/);
    expect(await file(caseId)).toMatchObject({ version: 1 });
  });

  it('who does not hold the case', async () => {
    const caseId = await open();
    expect(await (await office.as({ user: 'advocate-2' })).classifyCase({ caseId, kind: 'COMPLAINT', reason })).toMatchObject({
      code: 'NOT_PERMITTED',
    });
  });
});
