/** The demo's cases where a start was cut off between two acts, and what the audit trail is told of each act. */
import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '../../src/access/index.js';
import type { CaseActs, CaseOutcome } from '../../src/cases/index.js';
import { auditedActs } from '../../src/cli/audited-acts.js';
import { allDone, openDemoCases } from '../../src/cli/demo-cases.js';
import { readDirectory } from '../../src/directory/index.js';
import { asSystem, packageRoot } from '../../src/kernel/index.js';
import type { ComplaintStory } from '../../src/sandbox/index.js';

const uid = '00000000-0000-4000-8000-000000000001';
const story: ComplaintStory = {
  mrnSystem: 'urn:example:mrn',
  mrn: 'Zz-1',
  channel: 'PHONE',
  summary: 'Zz-waited too long',
  narrative: 'Zz-nobody came',
  requestsResponse: true,
  categories: ['WAIT_TIME'],
  complainantRelationship: 'SELF',
  department: 'Zz-Nowhere',
  receivedDaysAgo: 3,
};
const directory = readDirectory(`${packageRoot}/schema/directory/demo.yaml`);

/** Writes down the acts with their keys; each succeeds. */
function book() {
  const done: string[] = [];
  const act =
    (name: string) =>
    (input: object): Promise<CaseOutcome> => {
      done.push(`${name} ${'idempotencyKey' in input ? String(input.idempotencyKey) : 'without a key'}`);
      return Promise.resolve({ outcome: 'changed', caseUid: uid, personUid: null, subject: null, message: 'done' });
    };
  const acts: CaseActs = {
    openCase: act('openCase'),
    recordInteraction: act('recordInteraction'),
    acknowledgeCase: act('acknowledgeCase'),
    assignCase: act('assignCase'),
    extendDeadline: act('extendDeadline'),
    classifyCase: act('classifyCase'),
    codeIssue: act('codeIssue'),
  };
  return { done, acts };
}

const all = ['openCase demo-case-0', 'recordInteraction demo-case-0', 'openCase demo-case-1', 'acknowledgeCase demo-case-1'];
const order = { stories: [story, story], today: '2026-11-20' };

describe("the demo's cases", () => {
  it('are opened and worked by acts that each carry a key', async () => {
    const { done, acts } = book();
    await openDemoCases({ ...order, done: new Map() }, { acts, directory });
    expect(done).toEqual(all);
  });

  it.each([1, 2, 3])('go on at the act where a start was cut off, after %d', async (before) => {
    const { done, acts } = book();
    const known = new Map(all.slice(0, before).map((act) => [act, uid]));
    expect(allDone(known, 2)).toBe(false);
    await openDemoCases({ ...order, done: known }, { acts, directory });
    expect(done).toEqual(all.slice(before));
    expect(allDone(new Map(all.map((act) => [act, uid])), 2)).toBe(true);
  });

  it('that are done have their entry from the act; what is not done, or fails, is told under the name of the demo', async () => {
    const entries: AuditEntry[] = [];
    const audit = { record: (told: readonly AuditEntry[]) => Promise.resolve(void entries.push(...told)) };
    const actor = asSystem('demo', 'HOPERAT');
    await openDemoCases({ ...order, done: new Map() }, { acts: auditedActs(book().acts, { actor, audit }), directory });
    expect(entries).toEqual([]);
    const acts = auditedActs(
      {
        ...book().acts,
        openCase: () => Promise.resolve({ outcome: 'duplicate', existingUid: uid, personUid: null, message: 'there' }),
        assignCase: () => Promise.resolve({ outcome: 'refused', code: 'NOT_FOUND', message: 'no', field: null }),
        acknowledgeCase: () => Promise.reject(new Error('broke')),
      },
      { actor, audit },
    );
    await acts.openCase({});
    await acts.assignCase({});
    await expect(acts.acknowledgeCase({})).rejects.toThrow('broke');
    expect(entries.map(({ action, operation, caseUid, outcome }) => [action, operation, caseUid, outcome])).toEqual([
      ['CREATE', 'openCase', uid, 'REFUSED'],
      ['UPDATE', 'assignCase', null, 'REFUSED'],
      ['UPDATE', 'acknowledgeCase', null, 'ERROR'],
    ]);
    expect(entries.every((entry) => entry.actor === actor)).toBe(true);
  });
});
