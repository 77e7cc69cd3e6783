import { describe, it, expect } from '@jest/globals';
import { demoComplaints, generatePeople } from '../../src/sandbox/index.js';

const people = [...generatePeople({ seed: 42, count: 200, today: '2026-11-20' })];

describe('complaint stories', () => {
  it('are as many as asked for, of different people while there are enough', () => {
    const stories = demoComplaints(people, 25);
    expect(stories).toHaveLength(25);
    expect(new Set(stories.map(({ mrn }) => mrn)).size).toBe(25);
    expect(demoComplaints(people, 500)).toHaveLength(500);
  });

  it('are the same each time', () => {
    expect(demoComplaints(people, 25)).toEqual(demoComplaints(people, 25));
  });

  it('name only people who carry the marker, by numbers that the EHR knows', () => {
    const numbers = new Map(people.map((person) => [person.mrn, person]));
    for (const { mrn, narrative } of demoComplaints(people, 200)) {
      const person = numbers.get(mrn);
      expect(narrative).toContain(`${person?.names.ehr.given} ${person?.names.ehr.family}`);
    }
  });

  it('never tell of a sensitive visit', () => {
    for (const { narrative, department } of demoComplaints(people, 200)) {
      expect(`${narrative} ${department}`).not.toMatch(/Recovery|Behavioral|Infectious/);
    }
  });

  it('let nobody speak for themselves after death', () => {
    const dead = new Set(people.filter(({ deceasedAt }) => deceasedAt !== undefined).map(({ mrn }) => mrn));
    const stories = demoComplaints(people, 400).filter(({ mrn }) => dead.has(mrn));
    expect(stories.length).toBeGreaterThan(0);
    for (const { complainantRelationship } of stories) expect(['SPOUSE', 'CHILD']).toContain(complainantRelationship);
  });
});
