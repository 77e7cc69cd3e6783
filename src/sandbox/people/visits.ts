/** What happened to one person over about four years: visits with their bills, bookings kept, missed and moved,
 *  and health problems. The three systems each tell a part of this one story. */
import type { Dice } from './random.js';
import { momentOn, plusDays, plusMinutes, type Moment } from './calendar.js';
import { billMedicine, billVisit, type Bill } from './bills.js';
import { cliniciansOf, departments, type Clinician, type Department } from './places.js';
import { bookingTypes, cancellationReasons, commonProblems, sensitiveProblems, visitTypes, type Sensitivity, type Term } from './terms.js';

export type VisitClass = 'AMB' | 'EMER' | 'IMP' | 'VR';
export interface Visit {
  readonly sequence: number;
  readonly kind: VisitClass;
  readonly status: 'planned' | 'in-progress' | 'finished' | 'cancelled' | 'entered-in-error';
  readonly startAt: Moment;
  readonly endAt: Moment;
  readonly department: Department;
  readonly clinician: Clinician;
  readonly type: Term;
  readonly reason: Term;
  readonly sensitivity?: Sensitivity;
  /** Whether the EHR labels the row itself; where not, only code or program tell that it is sensitive. */
  readonly labelled: boolean;
  readonly bills: readonly Bill[];
}
export interface Booking {
  readonly sequence: number;
  readonly status: 'booked' | 'fulfilled' | 'cancelled' | 'noshow' | 'arrived';
  readonly startAt: Moment;
  readonly minutes: number;
  readonly bookedAt: Moment;
  readonly department: Department;
  readonly clinician: Clinician;
  readonly service: Term;
  readonly reason: Term;
  readonly virtual: boolean;
  readonly reschedules: number;
  readonly cancellation?: readonly [code: string, words: string];
  readonly forVisit?: number;
}
export interface Problem {
  readonly sequence: number;
  readonly term: Term;
  readonly sensitivity?: Sensitivity;
  readonly labelled: boolean;
  readonly status: 'active' | 'resolved';
  readonly onsetAt: Moment;
  readonly abatedAt?: Moment;
}
/** What decides a person's history. `latest` is in days before today: 0, or more for those who died. */
export interface Course {
  readonly today: string;
  readonly now: Moment;
  readonly sex: 'female' | 'male';
  readonly latest: number;
  readonly sensitivities: readonly Sensitivity[];
  readonly inRecovery: boolean;
}

const clinics = [
  departments.primaryCare,
  departments.primaryCare,
  departments.surgery,
  departments.orthopedics,
  departments.cardiology,
  departments.womensHealth,
  departments.imaging,
  departments.vaccines,
];
/** Women's Health sees women only. */
const clinicFor = (dice: Dice, { sex }: Course): Department => {
  const drawn = dice.pick(clinics);
  return drawn === departments.womensHealth && sex === 'male' ? departments.primaryCare : drawn;
};
const wards = [departments.medicine, departments.medicine, departments.surgery, departments.cardiology];
const sensitiveHome = { PSY: departments.behavioral, HIV: departments.infectious, SUD: departments.primaryCare } as const;

export function listProblems(dice: Dice, course: Course): Problem[] {
  const common = Array.from({ length: dice.between(2, 10 - course.sensitivities.length) }, () => ({
    term: dice.pick(commonProblems),
    sensitivity: undefined,
  }));
  const sensitive = course.sensitivities.map((sensitivity) => ({ term: dice.pick(sensitiveProblems[sensitivity]), sensitivity }));
  const distinct = [...sensitive, ...common].filter(
    ({ term }, index, all) => all.findIndex((other) => other.term.code === term.code) === index,
  );
  return distinct.map(({ term, sensitivity }, sequence) => {
    const onsetAt = momentOn(course.today, -course.latest - dice.between(40, 2000), 600);
    const resolved = dice.chance(0.35);
    return {
      sequence,
      term,
      onsetAt,
      status: resolved ? ('resolved' as const) : ('active' as const),
      labelled: sensitivity !== undefined && dice.chance(0.6),
      ...(sensitivity ? { sensitivity } : {}),
      ...(resolved ? { abatedAt: plusDays(onsetAt, dice.between(5, 35)) } : {}),
    };
  });
}

/** Where a visit goes and what it is about; a part of the visits of a person with a sensitive problem is about that. */
function occasion(dice: Dice, kind: VisitClass, course: Course): Pick<Visit, 'department' | 'reason' | 'sensitivity' | 'labelled'> {
  const plain = { reason: dice.pick(commonProblems), labelled: false };
  if (kind === 'EMER') return { ...plain, department: departments.emergency };
  if (kind === 'IMP') return { ...plain, department: dice.pick(wards) };
  if (course.inRecovery && dice.chance(0.3))
    return { department: departments.recovery, reason: dice.pick(sensitiveProblems.SUD), sensitivity: 'SUD', labelled: dice.chance(0.75) };
  if (course.sensitivities.length > 0 && dice.chance(0.3)) {
    const sensitivity = dice.pick(course.sensitivities);
    return {
      department: sensitiveHome[sensitivity],
      reason: dice.pick(sensitiveProblems[sensitivity]),
      sensitivity,
      labelled: dice.chance(0.6),
    };
  }
  return { ...plain, department: kind === 'VR' ? departments.primaryCare : clinicFor(dice, course) };
}

function visitAt(dice: Dice, daysAhead: number, course: Course): Omit<Visit, 'sequence'> {
  const kind: VisitClass =
    daysAhead > 0
      ? 'AMB'
      : dice.weighted([
          ['AMB', 0.68],
          ['VR', 0.12],
          ['EMER', 0.12],
          ['IMP', 0.08],
        ] as const);
  const startAt = momentOn(course.today, daysAhead, kind === 'EMER' ? dice.between(0, 1439) : 480 + 15 * dice.between(0, 36));
  const minutes = kind === 'IMP' ? dice.between(1, 9) * 1440 : kind === 'EMER' ? dice.between(45, 600) : dice.between(15, 60);
  const endAt = plusMinutes(startAt, minutes);
  const status =
    startAt > course.now
      ? ('planned' as const)
      : endAt > course.now
        ? ('in-progress' as const)
        : dice.weighted([
            ['finished', 0.955],
            ['cancelled', 0.04],
            ['entered-in-error', 0.005],
          ] as const);
  const about = occasion(dice, kind, course);
  const bills =
    status !== 'finished'
      ? []
      : [
          ...(dice.chance(0.93) ? [billVisit(dice, { kind, endAt, now: course.now })] : []),
          ...(dice.chance(0.15) ? [billMedicine(dice, Math.min(plusMinutes(endAt, 180), course.now))] : []),
        ];
  return {
    kind,
    status,
    startAt,
    endAt,
    ...about,
    clinician: dice.pick(cliniciansOf(about.department)),
    type: dice.pick(visitTypes[kind]),
    bills,
  };
}

export function listVisits(dice: Dice, course: Course): Visit[] {
  const count = 5 + Math.floor(dice.next() ** 2 * 36);
  const days = Array.from({ length: count }, () => -course.latest - dice.between(0, 1460));
  if (course.latest === 0 && dice.chance(0.15)) days.push(dice.between(1, 60));
  return days.sort((left, right) => left - right).map((daysAhead, sequence) => ({ sequence, ...visitAt(dice, daysAhead, course) }));
}

function bookingFor(dice: Dice, visit: Visit): Omit<Booking, 'sequence'> {
  return {
    status: visit.status === 'in-progress' ? 'arrived' : visit.status === 'planned' ? 'booked' : 'fulfilled',
    startAt: visit.startAt,
    minutes: 30,
    bookedAt: plusDays(visit.startAt, -dice.between(2, 60)),
    department: visit.department,
    clinician: visit.clinician,
    service: dice.pick(bookingTypes),
    reason: visit.reason,
    virtual: visit.kind === 'VR',
    reschedules: dice.chance(0.12) ? dice.between(1, 3) : 0,
    forVisit: visit.sequence,
  };
}

/** A booking that led to no visit: cancelled, missed, or still to come. */
function looseBooking(dice: Dice, daysAhead: number, course: Course): Omit<Booking, 'sequence'> {
  const department = clinicFor(dice, course);
  const startAt = momentOn(course.today, daysAhead, 480 + 15 * dice.between(0, 36));
  const status = dice.weighted(
    daysAhead > 0
      ? ([
          ['booked', 0.85],
          ['cancelled', 0.15],
        ] as const)
      : ([
          ['cancelled', 0.55],
          ['noshow', 0.45],
        ] as const),
  );
  return {
    status,
    startAt,
    minutes: dice.pick([15, 30, 45, 60]),
    bookedAt: Math.min(plusDays(startAt, -dice.between(2, 60)), plusDays(course.now, -1)),
    department,
    clinician: dice.pick(cliniciansOf(department)),
    service: dice.pick(bookingTypes),
    reason: dice.pick(commonProblems),
    virtual: dice.chance(0.1),
    reschedules: dice.chance(0.12) ? dice.between(1, 3) : 0,
    ...(status === 'cancelled' ? { cancellation: dice.pick(cancellationReasons) } : {}),
  };
}

export function listBookings(dice: Dice, visits: readonly Visit[], course: Course): Booking[] {
  const kept = visits
    .filter(({ kind, status }) => (kind === 'AMB' || kind === 'VR') && status !== 'cancelled' && status !== 'entered-in-error')
    .map((visit) => bookingFor(dice, visit));
  const missed = Array.from({ length: dice.between(0, Math.ceil(visits.length / 4)) }, () =>
    looseBooking(dice, -course.latest - dice.between(1, 1460), course),
  );
  const coming = course.latest > 0 ? [] : Array.from({ length: dice.between(0, 3) }, () => looseBooking(dice, dice.between(1, 75), course));
  return [...kept, ...missed, ...coming]
    .sort((left, right) => left.startAt - right.startAt)
    .map((booking, sequence) => ({ sequence, ...booking }));
}
