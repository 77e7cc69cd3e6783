/** The three systems: what each serves, in the order in which a reader fares best, and its vendor's quirks. */
import type { Person } from '../people.js';
import { billingPlaces, billingRecords } from './billing.js';
import { ehrPlaces, ehrRecords } from './ehr.js';
import type { Resource } from './resource.js';
import { schedulingPlaces, schedulingRecords } from './scheduling.js';

export type SystemName = 'ehr' | 'scheduling' | 'billing';

export interface DemoSystem {
  readonly name: SystemName;
  readonly types: readonly string[];
  readonly honoursLastUpdated: boolean;
  readonly warnsWhenEmpty: boolean;
  records(people: Iterable<Person>, today: string): Generator<Resource>;
}

type Places = (today: string) => Iterable<Resource>;
type OfPerson = (person: Person, today: string) => Iterable<Resource>;

const telling = (places: Places, ofPerson: OfPerson): DemoSystem['records'] =>
  function* (people, today) {
    yield* places(today);
    for (const person of people) yield* ofPerson(person, today);
  };

export const demoSystems: readonly DemoSystem[] = [
  {
    name: 'ehr',
    honoursLastUpdated: true,
    warnsWhenEmpty: false,
    records: telling(ehrPlaces, ehrRecords),
    types: [
      'Organization',
      'Location',
      'Practitioner',
      'Patient',
      'Encounter',
      'Condition',
      'CareTeam',
      'Flag',
      'Observation',
      'Immunization',
    ],
  },
  {
    name: 'scheduling',
    honoursLastUpdated: false,
    warnsWhenEmpty: true,
    records: telling(schedulingPlaces, schedulingRecords),
    types: ['Location', 'Practitioner', 'Patient', 'Schedule', 'Slot', 'Appointment'],
  },
  {
    name: 'billing',
    honoursLastUpdated: true,
    warnsWhenEmpty: false,
    records: telling(billingPlaces, billingRecords),
    types: ['Organization', 'Patient', 'Coverage', 'Claim', 'ExplanationOfBenefit', 'PaymentNotice', 'Account'],
  },
];
