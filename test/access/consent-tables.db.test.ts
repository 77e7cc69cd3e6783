/** What a consent denies, told by hand: for each class of protected health information the labels whose rows are denied, or
 *  all of its rows. Unknown means no: what is not known never shows more. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { phiClasses } from '../../src/kernel/index.js';
import { testPolicy, labels as known } from '../support/gateway.js';
import * as say from './consent-room.js';
import { openConsentRoom, type ConsentRoom } from './consent-room.js';

let room: ConsentRoom;
beforeAll(async () => {
  room = await openConsentRoom();
  await room.sql(`insert into source_name (source_id, ref, document_key, named_kind, name, department_id) select id, 'Organization/heart', 'Organization/heart', 'organization', 'Zz Heart', $1 from source where name = 'ehr'`, [room.story.department.row]); // prettier-ignore
  await room.sql(`insert into source_name (source_id, ref, document_key, named_kind, name) select s.id, r.ref, r.ref, 'practitioner', r.name from source s, (values ('Practitioner/ana', 'ZZ-ANA Zz-Diaz'), ('Practitioner/olu', 'Zz-Olu Zz-Okoro'), ('Practitioner/nobody', 'Zz-No Zz-Body')) r(ref, name) where s.name = 'ehr'`); // prettier-ignore
  await room.sql(`insert into coverage (source_id, source_key, patient_record_id, ingested_at, payor_ref, own_mask, label_mask) select id, 'Coverage/1', $1, now(), 'Organization/plan', 0, 0 from source where name = 'ehr'`, [room.story.maria.recordRow]); // prettier-ignore
});
afterEach(() => room.forget());
afterAll(() => room.close());

type Denied = Partial<Record<(typeof phiClasses)[number], 'all' | readonly string[]>>;
const all: Denied = Object.fromEntries(phiClasses.map((phi) => [phi, 'all']));
const only = (...some: (typeof phiClasses)[number][]): Denied => Object.fromEntries(some.map((phi) => [phi, 'all']));
const labelled = (...names: string[]): Denied => Object.fromEntries(phiClasses.map((phi) => [phi, names.toSorted()]));
const nothing: Denied = {};
const anyLabel = labelled(...known.map(({ name }) => name));

interface Viewer {
  readonly purpose?: string;
  readonly viewer?: 'advocate' | 'other';
  readonly shares?: boolean;
}

async function denied({ purpose = 'HOPERAT', viewer = 'advocate', shares = false }: Viewer = {}): Promise<Denied> {
  const found = await room.denials({
    rules: testPolicy.consent.argumentFor(purpose),
    viewer: room.story[viewer].row,
    departments: shares ? [room.story.department.row] : [],
  });
  return Object.fromEntries(
    phiClasses.flatMap((phi, at): [string, 'all' | string[]][] => {
      const mask = found?.[at] ?? 0;
      if (mask < 0) return [[phi, 'all']];
      const names = known.filter(({ bit }) => mask & (1 << bit)).map(({ name }) => name);
      return names.length > 0 ? [[phi, names.toSorted()]] : [];
    }),
  );
}

const { allows, denies, permits, purposes, labels, classes, actions, actors } = say;
const past = { period: { start: '2020-01-01', end: '2020-12-31' } };
const present = { period: { start: '2020-01-01', end: '2999' } };
const future = { period: { start: '2999-01-01' } };

interface Case {
  readonly title: string;
  readonly consent: object;
  readonly denies: Denied;
  readonly to?: Viewer;
}
const table: readonly Case[] = [
  { title: 'a permit alone takes nothing away', consent: allows(), denies: nothing },
  { title: 'a denial without conditions denies everything', consent: { provision: { type: 'deny' } }, denies: all },
  { title: 'an opt-out denies everything', consent: { policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTOUT' }] } }, denies: all }, // prettier-ignore
  { title: 'an opt-in takes nothing away', consent: { policyRule: { coding: [{ code: 'OPTIN' }] }, provision: { period: { start: '2020' } } }, denies: nothing }, // prettier-ignore
  { title: 'a nested rule that does not say which way it goes denies', consent: allows({ ...classes('Claim') }), denies: only('BILLING') },

  { title: 'a class is denied as a whole by any of its types', consent: allows(denies(classes('Condition'))), denies: only('CLINICAL') },
  { title: 'a patient is identity, contact and demographics', consent: allows(denies(classes('Patient'))), denies: only('IDENTITY', 'CONTACT', 'DEMOGRAPHIC') }, // prettier-ignore
  { title: 'a type that nobody knows stands for every class', consent: allows(denies(classes('Zz-Unheard'))), denies: all },
  { title: 'a class that cannot be read stands for every class', consent: allows(denies({ class: [{ display: 'words' }] })), denies: all },

  { title: 'the purpose itself is meant', consent: allows(denies(purposes('HOPERAT'))), denies: all },
  { title: 'a purpose means those below it', consent: allows(denies(purposes('HOPERAT'))), to: { purpose: 'PATADMIN' }, denies: all },
  { title: 'a purpose does not mean those above it', consent: allows(denies(purposes('PATADMIN'))), denies: nothing },
  { title: 'another purpose is not meant', consent: allows(denies(purposes('HRESCH', 'HMARKT', 'TREAT'))), denies: nothing },
  { title: 'a purpose that nobody knows may be this one', consent: allows(denies(purposes('ZZPURPOSE'))), denies: all },

  { title: 'access is denied', consent: allows(denies(actions('access'))), denies: all },
  { title: 'to disclose to the office is to show', consent: allows(denies(actions('disclose'))), denies: all },
  { title: 'what may not be collected or corrected may be seen', consent: allows(denies(actions('collect', 'correct'))), denies: nothing },
  { title: 'an action that nobody knows may be access', consent: allows(denies(actions('zz-act'))), denies: all },

  { title: 'a period that is over', consent: allows(denies(past)), denies: nothing },
  { title: 'a period that holds', consent: allows(denies(present)), denies: all },
  { title: 'a period that has not begun', consent: allows(denies(future)), denies: nothing },
  { title: 'a period that cannot be read does not end a denial', consent: allows(denies({ period: { end: 'soon' } })), denies: all },

  { title: 'a sensitivity is denied by label', consent: allows(denies(labels('HIV'))), denies: labelled('HIV') },
  { title: 'behavioral health catches what stands below it, which carries its bit', consent: allows(denies(labels('BH'))), denies: labelled('BH') }, // prettier-ignore
  { title: 'a fine label is denied by itself, and not the wider one above it', consent: allows(denies(labels('OPIOIDUD'))), denies: labelled('OPIOIDUD') }, // prettier-ignore
  { title: 'a sensitivity that no row can carry denies all rows', consent: allows(denies(labels('ZZSENS'))), denies: all },
  { title: 'in a class, by label', consent: allows(denies({ ...labels('HIV'), ...classes('Claim') })), denies: { BILLING: ['HIV'] } },
  { title: 'normal confidentiality and above is everything', consent: allows(denies({ securityLabel: [{ code: 'N' }] })), denies: all },
  { title: 'restricted is whatever carries a label', consent: allows(denies({ securityLabel: [{ code: 'R' }] })), denies: anyLabel },
  {
    title: 'very restricted is what says so',
    consent: allows(denies({ securityLabel: [{ code: 'V' }] })),
    denies: labelled('VERY_RESTRICTED'),
  },

  { title: 'a practitioner who is the viewer, by name', consent: allows(denies(actors('Practitioner/ana'))), denies: all },
  { title: 'a practitioner who is a colleague', consent: allows(denies(actors('Practitioner/olu'))), denies: nothing },
  { title: 'a practitioner who is a colleague, to that colleague', consent: allows(denies(actors('Practitioner/olu'))), to: { viewer: 'other' }, denies: all }, // prettier-ignore
  { title: 'a practitioner whom the directory does not know is everybody', consent: allows(denies(actors('Practitioner/nobody'))), denies: all }, // prettier-ignore
  { title: 'an actor of whom the source says nothing is everybody', consent: allows(denies(actors('Organization/unheard'))), denies: all },
  { title: 'an actor without a reference is everybody', consent: allows(denies({ actor: [{ role: {} }] })), denies: all },
  { title: 'a department, to who is not in it', consent: allows(denies(actors('Organization/heart'))), denies: nothing },
  { title: 'a department, to who is in it', consent: allows(denies(actors('Organization/heart'))), to: { shares: true }, denies: all },
  { title: 'one of several actors is enough', consent: allows(denies(actors('Practitioner/olu', 'Practitioner/ana'))), denies: all },
  { title: 'a relative is no viewer', consent: allows(denies(actors('RelatedPerson/ex'))), denies: nothing },
  { title: 'who insures the patient is no viewer', consent: allows(denies(actors('Organization/plan'))), denies: nothing },
  { title: 'who has the role of a payer is no viewer', consent: allows(denies({ actor: [{ role: { coding: [{ code: 'PAYOR' }] }, reference: { reference: 'Organization/x' } }] })), denies: nothing }, // prettier-ignore
  { title: 'who only keeps the data narrows nothing', consent: allows(denies({ actor: [{ role: { coding: [{ code: 'CST' }] }, reference: { reference: 'Organization/x' } }] })), denies: all }, // prettier-ignore

  { title: 'single resources are not told apart: the rule denies without them', consent: allows(denies({ ...classes('Claim'), data: [{ meaning: 'instance' }] })), denies: only('BILLING') }, // prettier-ignore

  { title: 'an exception gives back its class', consent: { provision: denies({ provision: [permits(classes('Appointment'))] }) }, denies: only(...phiClasses.filter((phi) => phi !== 'SCHEDULING')) }, // prettier-ignore
  { title: 'an exception for one type of a class gives back nothing', consent: { provision: denies({ ...classes('Condition'), provision: [permits(classes('Condition'))] }) }, denies: only('CLINICAL') }, // prettier-ignore
  { title: 'an exception for all types of a class gives it back', consent: { provision: denies({ ...classes('Condition'), provision: [permits(classes('Condition', 'Encounter', 'CareTeam'))] }) }, denies: nothing }, // prettier-ignore
  { title: 'an exception for another purpose gives back nothing', consent: { provision: denies({ provision: [permits(purposes('TREAT'))] }) }, denies: all }, // prettier-ignore
  { title: 'an exception for a purpose that nobody knows gives back nothing', consent: { provision: denies({ provision: [permits(purposes('ZZ'))] }) }, denies: all }, // prettier-ignore
  { title: 'an exception for whom nobody knows gives back nothing', consent: { provision: denies({ provision: [permits(actors('Organization/unheard'))] }) }, denies: all }, // prettier-ignore
  { title: 'an exception for the viewer', consent: { provision: denies({ provision: [permits(actors('Practitioner/ana'))] }) }, denies: nothing }, // prettier-ignore
  { title: 'an exception for single resources gives back nothing', consent: { provision: denies({ provision: [permits({ data: [{}] })] }) }, denies: all }, // prettier-ignore
  { title: 'an exception up to normal leaves what carries a label', consent: { provision: denies({ provision: [permits({ securityLabel: [{ code: 'N' }] })] }) }, denies: anyLabel }, // prettier-ignore
  { title: 'an exception up to restricted leaves the very restricted', consent: { provision: denies({ provision: [permits({ securityLabel: [{ code: 'R' }] })] }) }, denies: labelled('VERY_RESTRICTED') }, // prettier-ignore
  { title: 'an exception by a sensitivity gives back nothing', consent: { provision: denies({ provision: [permits(labels('HIV'))] }) }, denies: all }, // prettier-ignore
  { title: 'an exception from the exception', consent: { provision: denies({ provision: [permits({ provision: [denies(labels('HIV'))] })] }) }, denies: labelled('HIV') }, // prettier-ignore
  { title: 'an exception does not reach into the rule beside it', consent: allows(denies({ ...classes('Claim'), provision: [permits()] }), denies(classes('Coverage', 'Claim'))), denies: only('COVERAGE', 'BILLING') }, // prettier-ignore
  { title: 'what stands below a rule that is not meant is not meant', consent: allows(permits({ ...purposes('TREAT'), provision: [denies()] })), denies: nothing }, // prettier-ignore
  { title: 'what stands below a rule that may be meant is meant', consent: allows(permits({ ...actors('Organization/unheard'), provision: [denies(labels('HIV'))] })), denies: labelled('HIV') }, // prettier-ignore

  { title: 'a draft', consent: { status: 'draft', provision: denies() }, denies: nothing },
  { title: 'a proposal', consent: { status: 'proposed', provision: denies() }, denies: nothing },
  { title: 'one that was rejected', consent: { status: 'rejected', provision: denies() }, denies: nothing },
  { title: 'one that is inactive', consent: { status: 'inactive', provision: denies() }, denies: nothing },
  { title: 'one entered in error', consent: { status: 'entered-in-error', provision: denies() }, denies: nothing },
  { title: 'one to research', consent: { scope: { coding: [{ code: 'research' }] }, provision: denies() }, denies: nothing },
  { title: 'one to treatment', consent: { scope: { coding: [{ code: 'treatment' }] }, provision: denies() }, denies: nothing },
  { title: 'one of a scope that nobody knows', consent: { scope: { text: 'privacy' }, provision: denies() }, denies: all },
];

describe('a consent', () => {
  it.each(table)('$title', async ({ consent, denies: expected, to }) => {
    await room.arrives('c', consent);
    expect(await denied(to)).toEqual(expected);
  });
});

describe('of several consents', () => {
  const on = (day: string, provision: object) => ({ dateTime: `2026-0${day}T00:00:00Z`, provision });

  it('the later takes the place of the earlier, whichever came first', async () => {
    await room.arrives('new', on('3-01', permits()));
    await room.arrives('old', on('2-01', denies()));
    expect(await denied()).toEqual(nothing);
    await room.forget();
    await room.arrives('old', on('2-01', permits()));
    await room.arrives('new', on('3-01', denies(classes('Claim'))));
    expect(await denied()).toEqual(only('BILLING'));
  });

  it('of one day the later version does', async () => {
    await room.arrives('a', { ...on('2-01', denies()), meta: { lastUpdated: '2026-02-01T08:00:00Z' } });
    await room.arrives('b', { ...on('2-01', permits()), meta: { lastUpdated: '2026-02-01T09:00:00Z' } });
    expect(await denied()).toEqual(nothing);
  });

  it('both count where nothing tells which is the later', async () => {
    await room.arrives('a', on('2-01', denies(classes('Claim'))));
    await room.arrives('b', on('2-01', denies(classes('Coverage'))));
    await room.arrives('c', { dateTime: undefined, provision: denies(classes('Appointment')) });
    expect(await denied()).toEqual(only('BILLING', 'COVERAGE', 'SCHEDULING'));
  });

  it('one that does not count takes no place', async () => {
    await room.arrives('old', on('2-01', denies()));
    await room.arrives('new', { ...on('3-01', permits()), status: 'inactive' });
    await room.arrives('research', { ...on('4-01', permits()), scope: { coding: [{ code: 'research' }] } });
    expect(await denied()).toEqual(all);
  });

  it('one that is withdrawn gives its place back', async () => {
    await room.arrives('old', on('2-01', denies()));
    await room.arrives('new', on('3-01', permits()));
    expect(await denied()).toEqual(nothing);
    await room.arrives('new', { ...on('3-01', permits()), status: 'inactive' });
    expect(await denied()).toEqual(all);
  });
});
