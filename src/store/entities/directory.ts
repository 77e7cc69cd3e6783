/** Facilities, departments, the people who work with cases, and what each source calls our departments. */
import { defineEntity, p } from '@mikro-orm/core';
import { rowId, text, textList, yesNo } from './columns.js';

export const Facility = defineEntity({
  name: 'Facility',
  tableName: 'facility',
  properties: {
    id: rowId(),
    uid: p.uuid().unique(),
    name: text(),
    timeZone: text(),
    jurisdiction: text(),
    programs: textList(),
  },
});

export const Department = defineEntity({
  name: 'Department',
  tableName: 'department',
  properties: {
    id: rowId(),
    uid: p.uuid().unique(),
    name: text(),
    facility: p.manyToOne(Facility),
  },
});

export const DirectoryUser = defineEntity({
  name: 'DirectoryUser',
  tableName: 'directory_user',
  properties: {
    id: rowId(),
    uid: p.uuid().unique(),
    name: text(),
    role: text(),
    facility: p.manyToOne(Facility).nullable(),
    active: yesNo().default(true),
    /** A program that signs in as itself. */
    machine: yesNo().default(false),
  },
});

export const UserDepartment = defineEntity({
  name: 'UserDepartment',
  tableName: 'user_department',
  properties: {
    user: p.manyToOne(DirectoryUser).primary().deleteRule('cascade'),
    department: p.manyToOne(Department).primary().deleteRule('cascade'),
  },
});

/** Where a person of the directory lives, as a key to compare (src/directory/address-key.ts). */
export const UserAddress = defineEntity({
  name: 'UserAddress',
  tableName: 'user_address',
  properties: {
    user: p.manyToOne(DirectoryUser).primary().deleteRule('cascade'),
    addressKey: text(),
  },
});

export const DepartmentMap = defineEntity({
  name: 'DepartmentMap',
  tableName: 'department_map',
  properties: {
    sourceName: text().primary(),
    theirName: text().primary(),
    department: p.manyToOne(Department).deleteRule('cascade'),
  },
});
