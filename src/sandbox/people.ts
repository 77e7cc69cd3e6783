/** Synthetic people: invented, marked `Zz-` in both names, and the same for the same seed, person and day. One person
 *  is known to three systems under different numbers. About nine in ten records share a strong identifier with the
 *  EHR's; the rest share only name and birth date, or not even the spelling; two records contradict. */
import { castDice, type Dice } from './people/random.js';
import { dayFrom, momentOn, type Moment } from './people/calendar.js';
import { housePerson, namePerson, spelledDifferently, withLoudFamily, withoutAccents, type Home, type PersonName } from './people/names.js';
import { cliniciansOf, departments, medicare, underSixtyFive, type Clinician, type Payer } from './people/places.js';
import { listBookings, listProblems, listVisits, type Booking, type Problem, type Visit } from './people/visits.js';
import type { Sensitivity } from './people/terms.js';

export interface PeopleWanted {
  readonly seed: number;
  readonly count: number;
  /** The calendar day up to which the story is told, `YYYY-MM-DD`. */
  readonly today: string;
}

export interface Person {
  readonly index: number;
  readonly sex: 'female' | 'male';
  readonly bornOn: string;
  readonly deceasedAt?: Moment;
  readonly names: { readonly ehr: PersonName; readonly scheduling: PersonName; readonly billing: PersonName };
  readonly home: Home;
  readonly phone: string;
  readonly mobile: string;
  readonly email: string;
  /** Asked to be reached on the mobile only, and not to be told about elsewhere: 45 CFR 164.522(b). */
  readonly confidentialMobile: boolean;
  readonly language: string;
  readonly interpreterNeeded: boolean;
  readonly race: readonly [code: string, words: string];
  readonly hispanic: boolean;
  /** How the person wants to be served, and what staff must know first. */
  readonly preferences: readonly string[];
  readonly alerts: readonly string[];
  readonly mrn: string;
  readonly ssn?: string;
  readonly schedulingNumber: string;
  readonly accountNumber: string;
  readonly memberId: string;
  /** Whether the other systems carry an identifier that the EHR carries too. */
  readonly linked: { readonly scheduling: boolean; readonly billing: boolean };
  /** The birth date that scheduling keeps: another one for the few that contradict. */
  readonly schedulingBornOn: string;
  readonly payer: Payer;
  readonly physician: Clinician;
  readonly problems: readonly Problem[];
  readonly visits: readonly Visit[];
  readonly bookings: readonly Booking[];
}

/** The people whose scheduling record carries the EHR's number with another birth date. */
export const contradicting: readonly number[] = [7, 23];

const languages = [
  ['en', 70],
  ['es', 20],
  ['vi', 3],
  ['zh', 3],
  ['ar', 2],
  ['so', 2],
] as const;
const races: readonly (readonly [race: Person['race'], weight: number])[] = [
  [['2106-3', 'White'], 55],
  [['2054-5', 'Black or African American'], 18],
  [['2028-9', 'Asian'], 10],
  [['1002-5', 'American Indian or Alaska Native'], 2],
  [['2131-1', 'Other Race'], 15],
];
const wishes = [
  'Call after 5 pm only',
  'Write, do not call',
  'Large print',
  'Needs step-free rooms',
  'Female clinician preferred',
  'Fasting in Ramadan',
  'Text message rather than voice',
  'Son may sit in',
] as const;
const warnings = [
  'Hard of hearing: speak to the right side',
  'Do not leave voicemail',
  'Service dog comes along',
  'Upset after a past complaint: call the advocate first',
  'Falls risk',
] as const;
const areaCodes = ['413', '508', '617', '774', '781', '857', '978', '339'] as const;

const phoneOf = (dice: Dice): string => `(${dice.pick(areaCodes)}) 555-01${String(dice.between(0, 99)).padStart(2, '0')}`;

function sensitivitiesOf(dice: Dice, inRecovery: boolean): Sensitivity[] {
  const found: Sensitivity[] = [];
  if (dice.chance(0.14)) found.push('PSY');
  if (dice.chance(0.025)) found.push('HIV');
  if (inRecovery || dice.chance(0.02)) found.push('SUD');
  return found;
}

function nameInSystems(dice: Dice, name: PersonName, linked: Person['linked']): Person['names'] {
  const unlinkedSpelling = () => (dice.chance(0.35) ? spelledDifferently(dice, name) : name);
  return {
    ehr: name,
    scheduling: linked.scheduling ? (dice.chance(0.3) ? withLoudFamily(name) : name) : unlinkedSpelling(),
    billing: linked.billing ? (dice.chance(0.4) ? withoutAccents(name) : name) : unlinkedSpelling(),
  };
}

function numbersOf(
  index: number,
  billingLinked: boolean,
  dice: Dice,
): Pick<Person, 'mrn' | 'ssn' | 'schedulingNumber' | 'accountNumber' | 'memberId'> {
  const serial = String((index * 7919 + 1234) % 900_000).padStart(6, '0');
  const ssn = `999-${String(10 + (Math.floor(index / 9000) % 89))}-${String(1000 + ((index * 4327) % 9000))}`;
  return {
    mrn: `1${serial}`,
    schedulingNumber: `S${serial.slice(3)}${serial.slice(0, 3)}`,
    accountNumber: `70${serial}`,
    memberId: `MBR${serial}`,
    ...(billingLinked || dice.chance(0.6) ? { ssn } : {}),
  };
}

export function generatePerson(index: number, { seed, today }: Omit<PeopleWanted, 'count'>): Person {
  const dice = castDice(seed, 'person', index);
  const sex = dice.chance(0.53) ? ('female' as const) : ('male' as const);
  const name = namePerson(dice, sex);
  const age = dice.weighted([
    [dice.between(8, 17), 12],
    [dice.between(18, 44), 32],
    [dice.between(45, 64), 28],
    [dice.between(65, 94), 28],
  ]);
  const bornOn = dayFrom(today, -Math.round(age * 365.25) - dice.between(0, 364));
  const contradicts = contradicting.includes(index);
  const linked = { scheduling: contradicts || dice.chance(0.9), billing: dice.chance(0.9) };
  const diedDaysAgo = dice.chance(0.03) ? dice.between(20, 500) : 0;
  const language = dice.weighted(languages);
  const inRecovery = age >= 18 && dice.chance(0.025);
  const course = {
    today,
    now: momentOn(today, 0, 12 * 60),
    sex,
    latest: diedDaysAgo,
    sensitivities: sensitivitiesOf(dice, inRecovery),
    inRecovery,
  };
  const visits = listVisits(dice, course);
  return {
    index,
    sex,
    bornOn,
    ...(diedDaysAgo > 0 ? { deceasedAt: momentOn(today, -diedDaysAgo + 1, 400) } : {}),
    names: nameInSystems(dice, name, linked),
    home: housePerson(dice),
    phone: phoneOf(dice),
    mobile: phoneOf(dice),
    email: `${withoutAccents(name).given}.${withoutAccents(name).family}.${index}@example.org`.toLowerCase(),
    confidentialMobile: dice.chance(0.04),
    language,
    interpreterNeeded: language !== 'en' && dice.chance(0.6),
    race: dice.weighted(races),
    hispanic: language === 'es' || dice.chance(0.05),
    preferences: dice.chance(0.15) ? [dice.pick(wishes)] : [],
    alerts: dice.chance(0.08) ? [dice.pick(warnings)] : [],
    ...numbersOf(index, linked.billing, dice),
    linked,
    schedulingBornOn: contradicts ? dayFrom(bornOn, 3653) : bornOn,
    payer: age >= 65 ? medicare : dice.pick(underSixtyFive),
    physician: dice.pick(cliniciansOf(departments.primaryCare)),
    problems: listProblems(dice, course),
    visits,
    bookings: listBookings(dice, visits, course),
  };
}

export function* generatePeople(wanted: PeopleWanted): Generator<Person> {
  for (let index = 0; index < wanted.count; index++) yield generatePerson(index, wanted);
}

export interface PeopleSummary {
  readonly people: number;
  readonly linkedScheduling: number;
  readonly linkedBilling: number;
  readonly contradictions: number;
}

/** What a reader of the three systems should find: how many records share a strong identifier with the EHR's. */
export function summarizePeople(people: Iterable<Person>): PeopleSummary {
  const summary = { people: 0, linkedScheduling: 0, linkedBilling: 0, contradictions: 0 };
  for (const person of people) {
    summary.people += 1;
    if (person.linked.billing) summary.linkedBilling += 1;
    if (person.schedulingBornOn !== person.bornOn) summary.contradictions += 1;
    else if (person.linked.scheduling) summary.linkedScheduling += 1;
  }
  return summary;
}
