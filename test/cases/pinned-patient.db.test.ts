/** Whom a case is about: one person found by whole values, within what the viewer may know of. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPatient, changed, openOffice, type Office } from './office.js';

let office: Office;
let maria: Awaited<ReturnType<typeof addPatient>>;
let twins: Awaited<ReturnType<typeof addPatient>>[];
beforeAll(async () => {
  office = await openOffice();
  maria = await addPatient(office, { given: 'Zz-Maria', family: 'Zz-Lopez', birthDate: '1959-02-03', mrn: '7001', phone: '6175550101' });
  twins = [
    await addPatient(office, { given: 'Zz-Jo', family: 'Zz-Reed', birthDate: '1990-05-05', mrn: '7002', phone: '6175550202' }),
    await addPatient(office, { given: 'Zz-Jo', family: 'Zz-Reed', birthDate: '1990-05-05', mrn: '7003', phone: '6175550202' }),
  ];
});
afterAll(() => office.close());

describe('a search at intake', () => {
  it('finds nobody by what only a masked record says', async () => {
    const masked = await addPatient(office, { given: 'Zz-Ida', family: 'Zz-Ash', birthDate: '1970-01-01', mrn: '7019', phone: '6175550909', labelMask: 4 });
    for (const patient of [{ identifier: '7019' }, { phone: '617-555-0909' }, { name: 'Zz-Ida Zz-Ash', birthDate: '1970-01-01' }]) {
      const outcome = await (await office.as()).openCase({ channel: 'PHONE', summary: 'Who?', patient });
      expect(outcome).toMatchObject({ outcome: 'refused', code: 'NOT_FOUND', field: 'patient' });
    }
    expect(masked.records).toHaveLength(2);
  }); // prettier-ignore

  it('is refused to whom the policy does not let be found by it, with the rule', async () => {
    const acts = await office.as({ without: ['identifier'] });
    expect(await acts.openCase({ channel: 'PHONE', summary: 'Who?', patient: { identifier: '7001' } })).toMatchObject({
      outcome: 'refused',
      code: 'NOT_PERMITTED',
      field: 'patient.identifier',
      message: expect.stringContaining('default.deny'),
    });
    expect(await acts.openCase({ channel: 'PHONE', summary: 'Who?', patient: { phone: '617-555-0101' } })).toMatchObject({
      outcome: 'changed',
    });
  });
});

describe('finding the patient at intake', () => {
  it.each([
    ['an identifier', { identifier: '7001' }],
    ['a telephone number however it is written', { phone: '+1 (617) 555-0101' }],
    ['name and birth date, in any order and case', { name: 'ZZ-LOPEZ, zz-maria', birthDate: '1959-02-03' }],
    ['an identifier with a name that agrees', { identifier: '7001', name: 'Zz-Maria Zz-Lopez' }],
  ])('takes %s', async (what, patient) => {
    const outcome = changed(await (await office.as()).openCase({ channel: 'PHONE', summary: `Found by ${what}`, patient }));
    expect(outcome.personUid).toBe(maria.uid);
  });

  it.each([
    ['nobody', { identifier: '9999' }, 'NOT_FOUND'],
    ['a part of an identifier', { identifier: '700' }, 'NOT_FOUND'],
    ['an identifier whose name does not agree', { identifier: '7001', name: 'Zz-Olu Zz-Okoro' }, 'NOT_FOUND'],
    ['several people', { phone: '617-555-0202' }, 'BAD_INPUT'],
    ['several people by name', { name: 'Zz-Jo Zz-Reed', birthDate: '1990-05-05' }, 'BAD_INPUT'],
    ['a name alone', { name: 'Zz-Maria Zz-Lopez' }, 'SEARCH_TOO_WIDE'],
    ['a birth date alone', { birthDate: '1959-02-03' }, 'SEARCH_TOO_WIDE'],
    ['nothing at all', {}, 'SEARCH_TOO_WIDE'],
  ])('refuses %s, and repeats nothing of it', async (_, patient, code) => {
    const outcome = await (await office.as()).openCase({ channel: 'PHONE', summary: 'Who?', patient });
    expect(outcome).toMatchObject({ outcome: 'refused', code, field: 'patient' });
    expect(JSON.stringify(outcome)).not.toMatch(/Zz-|7001|1959|5550/);
  });

  it('does not find a person whose record this viewer may not know of', async () => {
    const hidden = await addPatient(office, { given: 'Zz-Ivy', family: 'Zz-Hart', birthDate: '1980-01-01', mrn: '7009', labelMask: 1 });
    const acts = await office.as();
    expect(await acts.openCase({ channel: 'PHONE', summary: 'Hidden', patient: { identifier: '7009' } })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await acts.openCase({ channel: 'PHONE', summary: 'Hidden', patientId: hidden.id })).toMatchObject({
      code: 'NOT_FOUND',
      field: 'patientId',
    });
  });

  it('follows the id of a person who was joined with another', async () => {
    const [first, second] = twins;
    const [older] = await office.rows<{ uid: string }>(
      'insert into person (alias_of) select id from person where uid = $1 returning uid',
      first?.uid,
    );
    const outcome = changed(
      await (await office.as()).openCase({ channel: 'PHONE', summary: 'By the old id', patientId: `pat_${older?.uid ?? ''}` }),
    );
    expect(outcome.personUid).toBe(first?.uid);
    expect(outcome.personUid).not.toBe(second?.uid);
  });
});
