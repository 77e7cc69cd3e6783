/** What a broken glass opens is marked in each event of a stream as it is in an answer of /graphql: while it holds, and only where
 *  it opened something. */
import { expect, it } from '@jest/globals';
import { at } from '../support/answers.js';
import { addGrant } from '../support/grants.js';
import { streamWorld } from './stream-world.js';

const world = streamWorld();
/** Of whom the advocate holds no case; nobody shares theirs. */
const watcher = () => ({ userUid: world.story.advocate.uid });
const breakFor = (personUid: string) => addGrant(world.database.url, { userRow: world.story.advocate.row, personUid });

it('an event about a patient for whom the glass is broken says by which grant, until the grant is revoked', async () => {
  const { john } = world.story;
  const stream = await world.watch(john.caseUid, watcher());
  await world.touch(john.caseUid);
  await stream.count(1);
  expect(at(stream.events[0], 'caseChanged.case')).toMatchObject({ summary: null, patient: null });
  expect(stream.events[0]).not.toHaveProperty('extensions');

  const grant = await breakFor(john.uid);
  await world.touch(john.caseUid);
  await stream.count(2);
  expect(at(stream.events[1], 'caseChanged.case')).toMatchObject({ summary: 'Moved twice', patient: { name: 'Zz-John Zz-Doe' } });
  expect(stream.events[1]?.extensions).toEqual({ breakGlass: [`grant_${grant}`] });

  await world.write('update access_grant set revoked_at = now() where uid = $1', [grant]);
  await world.touch(john.caseUid);
  await stream.count(3);
  expect(at(stream.events[2], 'caseChanged.case')).toMatchObject({ summary: null, patient: null });
  expect(stream.events[2]).not.toHaveProperty('extensions');
});

it('an event is not marked where a case opens it, nor where it shows nothing that had to be opened', async () => {
  const { john, maria } = world.story;
  const grant = await breakFor(john.uid);
  try {
    const hers = await world.watch(maria.caseUid, watcher());
    const ids = await world.listen('subscription { caseChanged { caseId } }', watcher());
    await world.touch(maria.caseUid);
    await hers.count(1);
    await world.touch(john.caseUid);
    await ids.count(2);
    expect(at(hers.events[0], 'caseChanged.case.patient.name')).toBe('Zz-Maria Zz-Lopez');
    expect([...hers.events, ...ids.events].filter((event) => 'extensions' in event)).toEqual([]);
  } finally {
    await world.write('update access_grant set revoked_at = now() where uid = $1', [grant]);
  }
});
