import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { readLabelRules, readPolicy } from '../../src/access/index.js';
import { signIn } from '../../src/cli/sign-in.js';
import { readDirectory, uuidOfKey } from '../../src/directory/index.js';
import { packageRoot, toWireId } from '../../src/kernel/index.js';

const schema = join(packageRoot, 'schema');
const office = {
  policy: readPolicy(join(schema, 'policy'), readLabelRules(join(schema, 'policy', 'labels.yaml')).labels),
  directory: readDirectory(join(schema, 'directory', 'demo.yaml')),
};

describe('signing in', () => {
  it('takes the first person of a role, their departments and site, and the first purpose of the role', () => {
    expect(signIn({ role: 'BILLING_SPECIALIST' }, office)).toEqual({
      userId: toWireId('usr', uuidOfKey('user', 'billing-specialist')),
      userUuid: uuidOfKey('user', 'billing-specialist'),
      role: 'BILLING_SPECIALIST',
      purpose: 'HOPERAT',
      departments: [uuidOfKey('department', 'billing-office')],
      facility: uuidOfKey('facility', 'lakeside'),
    });
  });
  it('finds people, departments and sites by key or by id', () => {
    const byKey = signIn({ role: 'ADVOCATE', user: 'advocate-valley', departments: ['surgery'], facility: 'valley' }, office);
    const byId = signIn(
      {
        role: 'ADVOCATE',
        user: toWireId('usr', uuidOfKey('user', 'advocate-valley')),
        departments: [uuidOfKey('department', 'surgery')],
        facility: toWireId('fac', uuidOfKey('facility', 'valley')),
      },
      office,
    );
    expect(byId).toEqual(byKey);
    expect(byKey.departments).toEqual([uuidOfKey('department', 'surgery')]);
  });
  it('signs what the policy does not know where a purpose is given, so that the refusal can be tried', () => {
    expect(signIn({ role: 'NOBODY', purpose: 'HOPERAT' }, office)).toMatchObject({ role: 'NOBODY', purpose: 'HOPERAT' });
  });
  it.each([
    [{ role: 'NOBODY' }, '--role: expected one of ADVOCATE'],
    [{ role: 'ADVOCATE', user: 'nobody' }, '--user: expected advocate | advocate-2'],
    [{ role: 'ADVOCATE', departments: ['attic'] }, '--department: expected emergency | medicine'],
    [{ role: 'ADVOCATE', facility: 'moon' }, '--facility: expected lakeside | valley'],
  ])('says what could have been said instead of %j', (wanted, says) => {
    expect(() => signIn(wanted, office)).toThrow(says);
  });
});
