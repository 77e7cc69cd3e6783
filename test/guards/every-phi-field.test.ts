/** Every field that carries protected health information says so, can be withheld, and is spoken of by the policy. */
import { describe, expect, it } from '@jest/globals';
import { getNamedType, getNullableType, isListType, isNonNullType, isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { phiClassOf } from '../../src/graphql/index.js';
import { phiClasses } from '../../src/kernel/index.js';
import { hubSchema, shapes, testPolicy } from '../support/gateway.js';

interface Place {
  readonly type: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly name: string;
  readonly phi: string | null;
}
const objects = Object.values(hubSchema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__'));
const places: Place[] = objects.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ type, field, name: `${type.name}.${field.name}`, phi: phiClassOf(hubSchema, field) })),
);
const phiFields = places.filter(({ phi }) => phi !== null);
/** They take the class of the field that holds them, and are null with it. */
const valueObjects = ['Identifier', 'ContactPoint', 'CareTeamMember', 'Money', 'Coding'];
const names = (list: readonly Place[]): string[] => list.map(({ name }) => name);
const isGoverned = (type: GraphQLObjectType): boolean => type.getInterfaces().some(({ name }) => name === 'Governed');

describe('a PHI field', () => {
  it('is there at all', () => {
    expect(phiFields.length).toBeGreaterThan(80);
    expect(names(phiFields)).toEqual(
      expect.arrayContaining([
        'Patient.name',
        'Patient.contactPoints',
        'Case.narrative',
        'Encounter.reason',
        'Appointment.start',
        'Claim.paid',
        'Coverage.memberId',
        'Complainant.name',
      ]),
    );
  });
  it('may be null, so that it can be withheld', () => {
    expect(names(phiFields.filter(({ field }) => isNonNullType(field.type)))).toEqual([]);
  });
  it('is of a class that the policy speaks of', () => {
    expect(names(phiFields.filter(({ phi }) => !phiClasses.some((known) => known === phi)))).toEqual([]);
    for (const phi of phiClasses) expect([phi, testPolicy.rules.some(({ classes }) => classes.includes(phi))]).toEqual([phi, true]);
  });
  it('stands on an object that says what was withheld, or in a value object that is null with the field that holds it', () => {
    expect([
      ...new Set(phiFields.filter(({ type }) => !isGoverned(type) && !valueObjects.includes(type.name)).map(({ type }) => type.name)),
    ]).toEqual([]);
  });
  it('is marked in the schema as its shape marks it, both ways', () => {
    const byShape = shapes.flatMap(({ type, fields }) =>
      Object.entries(fields).flatMap(([name, { phi }]) => (phi ? [`${type}.${name} ${phi}`] : [])),
    );
    const bySchema = phiFields.map(({ name, phi }) => `${name} ${phi}`);
    expect(bySchema.toSorted()).toEqual([...new Set(byShape)].toSorted());
  });
});

describe('what holds PHI without being a PHI field itself', () => {
  it('a value object is held by fields of a class only', () => {
    const holders = places.filter(
      ({ field, type }) => valueObjects.includes(getNamedType(field.type).name) && !valueObjects.includes(type.name),
    );
    expect(holders.length).toBeGreaterThan(15);
    expect(names(holders.filter(({ phi }) => phi === null))).toEqual([]);
  });

  it('a list that the schema promises is shown under a class, or holds objects that govern themselves or carry nothing of a patient', () => {
    const free = ['PatientRecord', 'SourceStatus', 'Deadline', 'Facility', 'Withheld', 'Source', 'SyncRun', 'Department', 'AccessGrant'];
    const gates = new Map<string, string | undefined>(
      shapes.flatMap(({ type, fields }) =>
        Object.entries(fields).map(
          ([name, field]) => [`${type}.${name}`, field.phi ?? field.gate ?? (field.is === 'timeline' ? 'arms' : undefined)] as const,
        ),
      ),
    );
    const open = places.filter(({ type, field, name }) => {
      const target = getNamedType(field.type);
      const isList = isListType(getNullableType(field.type)) || target.name.endsWith('Connection');
      const isShape = shapes.some((known) => known.type === type.name);
      return isShape && isList && isObjectType(target) && !free.includes(target.name) && gates.get(name) === undefined;
    });
    expect(names(open)).toEqual([]);
  });

  it('a row that can be masked keeps only its id, date, kind and origin, or what a case shows to everybody', () => {
    const kept = new Set<string>(shapes.flatMap(({ type, labelled }) => (labelled?.keeps ?? []).map((name) => `${type}.${name}`)));
    const content = [...kept].filter((name) =>
      places.some((place) => place.name === name && place.phi !== null && !/\.(start|at|onset|servicedFrom)$/.test(name)),
    );
    expect(content).toEqual([]);
    for (const { type, labelled, fields } of shapes)
      for (const name of labelled?.keeps ?? []) expect([type, name, name in fields]).toEqual([type, name, true]);
  });

  it('whoever has PHI fields in a table with labels can be masked', () => {
    const withoutLabels = [
      'Patient',
      'Identifier',
      'ContactPoint',
      'Coding',
      'SourceStatus',
      'Complainant',
      'Issue',
      'Deadline',
      'Reminder',
      'AccessGrant',
      'AuditEntry',
      'Disclosure',
      'AccessReview',
    ]; // of their records, of their case, shown by a policy of their own, or about who looked at a patient
    const unmasked = shapes.filter(
      ({ type, labelled, fields }) =>
        !labelled && !withoutLabels.includes(type) && Object.values(fields).some(({ phi }) => phi !== undefined),
    );
    expect(unmasked.map(({ type }) => type)).toEqual([]);
  });
});
