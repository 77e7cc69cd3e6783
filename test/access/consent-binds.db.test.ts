/** Whom a consent binds; and most people have agreed nothing: their reads do not pay for those of the others (src/read/plain.ts). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listAt } from '../support/answers.js';
import { allows, classes, denies, openConsentRoom, type ConsentRoom } from './consent-room.js';

let room: ConsentRoom;
beforeAll(async () => {
  room = await openConsentRoom();
});
afterEach(() => room.forget());
afterAll(() => room.close());

const ofMaria = (selection: string) =>
  room.gateway.ask(room.advocate, `query ($id: ID!) { patient(id: $id) { ${selection} } }`, { id: `pat_${room.story.maria.uid}` });

describe('a consent', () => {
  it('given on a record that is only perhaps theirs denies what that record says, and what no other does', async () => {
    await room.arrives('c', allows(denies(classes('Patient'))));
    await room.sql(`update person_link set assurance = 'PROBABLE' where patient_record_id = $1`, [room.story.maria.recordRow]);
    const records = listAt(await ofMaria('records { assurance name withheld { field rule } }'), 'patient.records') as {
      assurance: string;
      name: string | null;
    }[];
    await room.sql(`update person_link set assurance = 'CERTAIN'`);
    expect(records.filter(({ name }) => name === null)).toEqual([
      { assurance: 'PROBABLE', name: null, withheld: [{ field: 'name', rule: 'consent.denied' }] },
    ]);
    expect(records.length).toBeGreaterThan(1);
  });
});

describe('what it costs', () => {
  const question = 'name encounters { nodes { reason { code } } }';

  it('of whom nothing is agreed is answered by one plain statement, which looks whether there is something and no more', async () => {
    room.gateway.statements();
    await ofMaria(question);
    const texts = room.gateway.statements();
    expect(texts).toHaveLength(1);
    expect(texts[0]!.match(/consent_provision/g)).toHaveLength(1);
    expect(texts[0]).not.toMatch(/denials\(/);
  });

  it('where there is something the plain statement reports nothing at all, and the full one answers', async () => {
    await room.arrives('c', { provision: denies() });
    room.gateway.statements();
    room.gateway.reports();
    await ofMaria(question);
    const [plain, full, ...more] = room.gateway.statements();
    expect([plain, full].map((text) => /denials\(/.test(text!))).toEqual([false, true]);
    expect(more).toEqual([]);
    expect(room.gateway.reports()).toHaveLength(1);
  });
});
