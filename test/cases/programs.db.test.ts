/** Programs that sign in as themselves have a row in the directory, and are still nobody who could answer a patient. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { WireId } from '../../src/kernel/index.js';
import { addPatient, caseIdOf, openOffice, type Office } from './office.js';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

it('a case cannot be assigned to a program', async () => {
  const maria = await addPatient(office, { given: 'Zz-Maria', family: 'Zz-Lopez', birthDate: '1959-02-03', mrn: '7001' });
  const acts = await office.as();
  const caseId = caseIdOf(await acts.openCase({ channel: 'PHONE', summary: 'Complaint', patientId: maria.id }));
  const program = await office.rows<{ uid: string }>(
    `insert into directory_user (uid, name, role, machine) values (gen_random_uuid(), 'dashboard', 'ANALYST', true) returning uid`,
  );
  const outcome = await acts.assignCase({ caseId, assigneeId: `usr_${program[0]?.uid}` as WireId });
  expect(outcome).toMatchObject({ outcome: 'refused', code: 'BAD_INPUT', field: 'assigneeId' });
});
