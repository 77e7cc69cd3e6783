/** Who works where, as shown. Staff are not patients: these fields carry no PHI. */
import { column, id, one, shape } from '../kernel/index.js';

export const userShape = shape('User', {
  table: 'directory_user',
  tag: 'usr',
  fields: { id: id('usr'), name: column('name'), role: column('role'), active: column('active') },
});
export const departmentShape = shape('Department', {
  table: 'department',
  tag: 'dep',
  fields: { id: id('dep'), name: column('name'), facility: one('Facility', { on: '$.id = ^.facility_id' }) },
});
export const facilityShape = shape('Facility', {
  table: 'facility',
  tag: 'fac',
  fields: {
    id: id('fac'),
    name: column('name'),
    timeZone: column('time_zone'),
    jurisdiction: column('jurisdiction'),
    programs: column('to_json($.programs)'),
  },
});
