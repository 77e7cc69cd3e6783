import { describe, expect, it } from '@jest/globals';
import { HubError } from '../../src/kernel/index.js';
import { describeFault, reasonOf } from '../../src/queue/fault.js';

describe('what of an error may leave a job', () => {
  it('is the code and the words of a HubError', () => {
    const fault = describeFault(new HubError('SOURCE_UNREACHABLE', 'The billing system did not answer within 30 s.'));
    expect(fault).toMatchObject({ code: 'SOURCE_UNREACHABLE', kind: 'HubError' });
    expect(fault).not.toHaveProperty('engineCode');
    expect(reasonOf(fault)).toBe('SOURCE_UNREACHABLE: The billing system did not answer within 30 s.');
  });

  it('is the kind and the SQLSTATE of a database error, never its words', () => {
    const refused = Object.assign(new Error('duplicate key: (family)=(Zz-Grey)'), {
      name: 'DatabaseError',
      code: '23505',
      detail: 'Zz-Grey',
    });
    const fault = describeFault(refused);
    expect(reasonOf(fault)).toBe('INTERNAL: DatabaseError 23505');
    expect(JSON.stringify(fault)).not.toContain('Zz-');
  });

  it('names the cause that a HubError wraps by kind and place only', () => {
    const cause = Object.assign(new Error('connect to Zz-Grey failed'), { code: 'ECONNREFUSED' });
    const fault = describeFault(new HubError('SOURCE_UNREACHABLE', 'The billing system did not answer.', { cause }));
    expect(fault).toMatchObject({ engineCode: 'ECONNREFUSED', message: 'The billing system did not answer.' });
    expect(JSON.stringify(fault)).not.toContain('Zz-');
  });

  it('says where it was thrown, without a message that runs over several lines', () => {
    const fault = describeFault(new Error('first line\nZz-Grey on the second\n    at Zz-Grey'));
    expect(fault.at.length).toBeGreaterThan(0);
    expect(JSON.stringify(fault)).not.toContain('Zz-');
  });

  it('takes a code only where it looks like one', () => {
    const fault = describeFault(Object.assign(new Error('x'), { code: 'Zz-Grey, 1960' }));
    expect(reasonOf(fault)).toBe('INTERNAL: Error');
  });

  it('takes something thrown that is no error', () => {
    expect(reasonOf(describeFault('Zz-Grey'))).toBe('INTERNAL: string');
  });
});
