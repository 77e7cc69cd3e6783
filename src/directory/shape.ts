/** Who works where, as shown. Staff are not patients: these fields carry no PHI. */
import { column, id, many, one, shape, type RootField } from '../kernel/index.js';

export const userShape = shape('User', {
  table: 'directory_user',
  tag: 'usr',
  alone: { requires: null },
  fields: {
    id: id('usr'),
    name: column('name'),
    role: column('role'),
    active: column('active'),
    departments: many('Department', {
      on: '$.id in (select m.department_id from user_department m where m.user_id = ^.id)',
      order: '$.name, $.id',
    }),
    facility: one('Facility', { on: '$.id = ^.facility_id' }),
  },
});
export const departmentShape = shape('Department', {
  table: 'department',
  tag: 'dep',
  alone: { requires: null },
  fields: { id: id('dep'), name: column('name'), facility: one('Facility', { on: '$.id = ^.facility_id' }) },
});
export const facilityShape = shape('Facility', {
  table: 'facility',
  tag: 'fac',
  alone: { requires: null },
  fields: {
    id: id('fac'),
    name: column('name'),
    timeZone: column('time_zone'),
    jurisdiction: column('jurisdiction'),
    programs: column('to_json($.programs)'),
  },
});

export const directoryRoots = {
  departments: { field: many('Department', { on: 'true', order: '$.name, $.id' }), requires: null },
} satisfies Record<string, RootField>;
