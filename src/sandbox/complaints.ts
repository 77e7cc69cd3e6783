/** Complaints that the demo's people might bring: invented, deterministic, told about visits and bills that the person
 *  really has in the sandbox. Plain data for whoever opens the cases. */
import { castDice, type Dice } from './people/random.js';
import type { Visit } from './people/visits.js';
import { contradicting, type Person } from './people.js';
import { systems } from './systems/resource.js';

export interface ComplaintStory {
  readonly mrnSystem: string;
  readonly mrn: string;
  readonly channel: 'IN_PERSON' | 'PHONE' | 'EMAIL' | 'LETTER' | 'PORTAL' | 'WEB_FORM' | 'SURVEY';
  readonly receivedDaysAgo: number;
  /** Only where intake said it; else the case's own rules decide. */
  readonly kind?: 'COMPLIMENT' | 'SUGGESTION' | 'INQUIRY';
  readonly summary: string;
  readonly narrative: string;
  readonly requestsResponse: boolean;
  /** Who speaks: the patient (SELF), a representative, or somebody without standing. */
  readonly complainantRelationship: 'SELF' | 'SPOUSE' | 'PARENT' | 'CHILD' | 'FRIEND';
  readonly categories: readonly string[];
  /** The EHR's name of the department it is about. */
  readonly department: string;
}

interface Plot {
  readonly categories: readonly string[];
  readonly kind?: ComplaintStory['kind'];
  readonly summary: (where: string) => string;
  readonly told: (who: string, where: string, clinician: string) => string;
}

const plots: readonly Plot[] = [
  {
    categories: ['INSTITUTIONAL_PROCESSES'],
    summary: (where) => `Long wait in ${where}`,
    told: (who, where) =>
      `${who} waited over three hours in ${where}. Nobody came to say how long it would take, and two people who came later were seen first.`,
  },
  {
    categories: ['COMMUNICATION', 'LISTENING'],
    summary: (where) => `Results never explained, ${where}`,
    told: (who, where, clinician) =>
      `${who} called ${where} four times for test results. ${clinician} promised to ring back and did not. The results were read out by a machine in the end.`,
  },
  {
    categories: ['BILLING'],
    summary: () => 'Billed for a visit that was covered',
    told: (who) =>
      `${who} received a bill for a visit that the plan had promised to pay, and then a second one with a late fee. The billing line kept passing the call on.`,
  },
  {
    categories: ['RESPECT_AND_PATIENT_RIGHTS'],
    summary: (where) => `Spoken to without respect in ${where}`,
    told: (who, where, clinician) =>
      `${who} says that ${clinician} in ${where} rolled their eyes and said that there were sicker people. The door stayed open during the examination.`,
  },
  {
    categories: ['SCHEDULING'],
    summary: (where) => `Appointment lost, ${where}`,
    told: (who, where) =>
      `${who} took a day off work and came to ${where} with the letter in hand. The desk said that no such booking existed, and that the next free slot was in six weeks.`,
  },
  {
    categories: ['QUALITY'],
    summary: (where) => `Pain not taken seriously in ${where}`,
    told: (who, where, clinician) =>
      `${who} told ${clinician} in ${where} of strong pain and was sent home with rest and water. Two days later a broken bone was found elsewhere.`,
  },
  {
    categories: ['SAFETY'],
    summary: (where) => `Given the wrong medicine in ${where}`,
    told: (who, where) =>
      `${who} was handed tablets in ${where} that another name was printed on. A relative noticed before they were taken. Nobody apologized.`,
  },
  {
    categories: ['ENVIRONMENT'],
    summary: (where) => `Dirty washroom near ${where}`,
    told: (who, where) => `${who} found the washroom next to ${where} without soap and with a wet floor, twice on the same day.`,
  },
  {
    categories: ['COMMUNICATION'],
    summary: () => 'No interpreter was called',
    told: (who, where) =>
      `${who} asked in ${where} for an interpreter and was told to use the phone of a grandchild. The discharge sheet came in English only.`,
  },
  {
    categories: ['INSTITUTIONAL_PROCESSES', 'COMMUNICATION'],
    summary: (where) => `Sent home without a plan, ${where}`,
    told: (who, where, clinician) =>
      `${who} was discharged from ${where} at night. No medicine list, no next appointment; ${clinician} could not be reached in the morning.`,
  },
  {
    categories: ['BILLING', 'INSTITUTIONAL_PROCESSES'],
    summary: () => 'Claim refused, nobody had asked for approval',
    told: (who, where) =>
      `The plan refused to pay because ${where} had not asked for approval beforehand. ${who} had been told that all was arranged.`,
  },
  {
    categories: ['PRIVACY'],
    summary: (where) => `Record talked about in the corridor, ${where}`,
    told: (who, where) => `${who} heard two members of staff outside ${where} discuss the visit by name while others stood near.`,
  },
  {
    categories: ['LISTENING'],
    summary: (where) => `Family not heard in ${where}`,
    told: (who, where, clinician) =>
      `${who} says the family warned ${clinician} in ${where} about an allergy three times, and that nobody wrote it down.`,
  },
  {
    categories: ['RESPECT_AND_PATIENT_RIGHTS'],
    kind: 'COMPLIMENT',
    summary: (where) => `Thanks to the staff of ${where}`,
    told: (who, where, clinician) => `${who} wants ${clinician} and everybody in ${where} to know how kind they were on a hard day.`,
  },
];

const channels = [
  ['PHONE', 30],
  ['EMAIL', 18],
  ['LETTER', 12],
  ['PORTAL', 15],
  ['WEB_FORM', 8],
  ['IN_PERSON', 12],
  ['SURVEY', 5],
] as const;

function speaker(dice: Dice, person: Person): ComplaintStory['complainantRelationship'] {
  if (person.deceasedAt) return dice.pick(['SPOUSE', 'CHILD'] as const);
  return dice.weighted([
    ['SELF', 72],
    ['SPOUSE', 9],
    ['PARENT', 6],
    ['CHILD', 10],
    ['FRIEND', 3],
  ] as const);
}

/** The latest visit that is over and says nothing of a sensitive kind: a story must not give away what policy hides. */
function visitToTellOf(person: Person): Visit | undefined {
  return person.visits.filter(({ status, sensitivity, department }) => status === 'finished' && !sensitivity && !department.part2).at(-1);
}

function tell(dice: Dice, person: Person, order: number): ComplaintStory | null {
  const visit = visitToTellOf(person);
  const plot = plots[order % plots.length];
  if (!visit || !plot) return null;
  const where = visit.department.ehr;
  const { given, family } = person.names.ehr;
  const channel = dice.weighted(channels);
  return {
    mrnSystem: systems.mrn,
    mrn: person.mrn,
    channel,
    receivedDaysAgo: order % 5 === 4 ? dice.between(8, 40) : dice.between(0, 7),
    ...(plot.kind ? { kind: plot.kind } : {}),
    summary: plot.summary(where),
    narrative: plot.told(`${given} ${family}`, where, `Dr. ${visit.clinician.name.family}`),
    requestsResponse: plot.kind === undefined && channel !== 'SURVEY' && dice.chance(0.8),
    complainantRelationship: speaker(dice, person),
    categories: plot.categories,
    department: where,
  };
}

/** So many stories, spread over the people; a person comes again only when all have had their turn. */
export function demoComplaints(people: readonly Person[], count: number): ComplaintStory[] {
  const tellers = people.filter((person) => !contradicting.includes(person.index) && visitToTellOf(person));
  const stories: ComplaintStory[] = [];
  const stride = Math.max(1, Math.floor(tellers.length / Math.max(1, count)));
  for (let order = 0; order < count && tellers.length > 0; order++) {
    const person = tellers[(order * stride + Math.floor((order * stride) / tellers.length)) % tellers.length] as Person;
    const story = tell(castDice('complaint', person.index, order), person, order);
    if (story) stories.push(story);
  }
  return stories;
}
