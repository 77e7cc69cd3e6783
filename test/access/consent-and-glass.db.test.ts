/** Breaking the glass opens what only a missing relation withholds: not what the patient denies. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { at } from '../support/answers.js';
import { addGrant } from '../support/grants.js';
import { allows, classes, denies, openConsentRoom, type ConsentRoom } from './consent-room.js';

let room: ConsentRoom;
beforeAll(async () => {
  room = await openConsentRoom();
});
afterAll(() => room.close());

it('a class that a consent denies is not opened by a broken glass; the others are', async () => {
  const { other, maria } = room.story;
  await addGrant(room.ownerUrl, { userRow: other.row, personUid: maria.uid });
  const seen = async (): Promise<unknown> => {
    const document = `query ($id: ID!) { patient(id: $id) { encounters { totalCount withheld { reason rule } } appointments { totalCount } } }`;
    return at(await room.gateway.ask({ ...room.advocate, user: other }, document, { id: `pat_${maria.uid}` }), 'patient');
  };
  const open = await seen();
  expect(at(open, 'encounters.totalCount')).toBeGreaterThan(0);
  await room.arrives('c', allows(denies(classes('Encounter'))));
  expect(await seen()).toEqual({
    encounters: { totalCount: null, withheld: [{ reason: 'CONSENT', rule: 'consent.denied' }] },
    appointments: at(open, 'appointments'),
  });
});
