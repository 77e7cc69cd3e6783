/** The person as the hub knows them: nothing is stored on the person, everything is gathered from the source records that
 *  are linked with certainty and that this viewer may know of. So a record that is hidden takes its names and numbers along. */
import {
  column,
  connection,
  date,
  id,
  instant,
  many,
  memberOf,
  money,
  one,
  shape,
  timeline,
  type ConnectionField,
  type KeysetOrder,
  type PhiClass,
} from '../kernel/index.js';
import { atFacilityOf, glassBrokenFor, grantUidFor, personOfRecord, relatedTo } from '../access/index.js';
import { freshnessOf } from '../store/index.js';
import { recordsOfPerson, recordsOfSamePerson } from './consents.js';
import { provenance, sourceJoin } from './provenance.js';

/** After a merge the old id answers the surviving person. */
export const survivorOf = '$.id = (select coalesce(asked.alias_of, asked.id) from person asked where asked.uid = :uid)';

const newest = (column: string): Record<string, KeysetOrder> => ({
  default: { key: `coalesce($.${column}, '-infinity')`, cast: 'timestamptz', descending: true },
});
/** Reached without the person: the row is certainly somebody's. */
const certainly = `${personOfRecord('$.patient_record_id')} is not null`;
const ofPerson = '$.patient_record_id = any(^@records.ids)';
const facts = (type: string, options: { at: string; phi: PhiClass; arguments?: ConnectionField['arguments'] }): ConnectionField =>
  connection(type, {
    on: ofPerson,
    orders: newest(options.at),
    gate: options.phi,
    ...(options.arguments ? { arguments: options.arguments } : {}),
  });

/** A record whose labels the policy masks, or this person's consent denies, says nothing. */
const unmasked = '(r.label_mask & :blind) = 0';
/** The first record that says it, in the order in which the sources are listed. */
const firstSaid = (column: string): string =>
  `(array_agg(r.${column} order by r.source_id, r.id) filter (where r.${column} is not null and ${unmasked}))[1]`;
const allSaid = (column: string): string =>
  `(select array_agg(distinct said) from patient_record of_person, unnest(of_person.${column}) said where of_person.id = any(array_agg(r.id) filter (where ${unmasked})))`;
/** Where nothing but masked records tell of the person, or none but masked and denied ones. */
const untold = { spoiltBy: '$@said.all_masked', refusedBy: '$@said.all_blind' } as const;

export const patientShape = shape('Patient', {
  table: 'person',
  tag: 'pat',
  where: 'exists (select 1 from person_link seen where seen.person_id = $.id)',
  conditions: { related: relatedTo('$.id'), facility: atFacilityOf('$.id'), glass: glassBrokenFor('$.id') },
  grant: grantUidFor('$.id'),
  alone: { requires: 'READ_IDENTITY', on: survivorOf },
  consents: recordsOfPerson('$.id'),
  touches: { as: 'person', person: '$.uid' },
  joins: {
    said: {
      columns: Object.fromEntries([
        ...['name', 'birth_date', 'deceased_at', 'sex', 'language', 'interpreter_needed', 'address'].map((name) => [name, firstSaid(name)]),
        ...['preferences', 'alerts'].map((name) => [name, allSaid(name)]),
        ['all_masked', `not bool_or((r.label_mask & :masked) = 0)`],
        ['all_blind', `not bool_or(${unmasked})`],
      ]),
      from: 'patient_record r where r.id = any($@records.ids)',
    },
    records: {
      columns: { ids: `array(select l.patient_record_id from person_link l where l.person_id = $.id and l.assurance = 'CERTAIN')` },
      from: '(select 1) j',
    },
    // A billing system that keeps accounts has its invoices in them: who sends both is counted by the accounts alone.
    owed: {
      columns: {
        amount: 'case when count(distinct a.currency) = 1 then sum(a.balance_amount) end',
        currency: 'min(a.currency)',
        masked: 'bool_or(((a.label_mask | r.label_mask) & :masked) <> 0)',
        refused: 'bool_or(((a.label_mask | r.label_mask) & :refused_BILLING) <> 0)',
      },
      // What a masked record's system says is owed is a content of that record.
      from: `account a join patient_record r on r.id = a.patient_record_id where a.patient_record_id = any($@records.ids) and a.balance_amount is not null
        and not (a.source_key like 'Invoice/%' and exists (select 1 from account kept where kept.patient_record_id = a.patient_record_id
          and kept.source_id = a.source_id and kept.source_key like 'Account/%' and kept.balance_amount is not null))`,
    },
    // What is cancelled or a draft bills nobody; a masked claim spoils the sum whatever its status, which it must not tell.
    share: {
      columns: {
        amount: 'case when count(distinct a.currency) = 1 then sum(a.owes_amount) end',
        currency: 'min(a.currency)',
        masked: 'bool_or(((a.label_mask | c.label_mask) & :masked) <> 0)',
        refused: 'bool_or(((a.label_mask | c.label_mask) & :refused_BILLING) <> 0)',
      },
      from: `claim c join adjudication a on a.id = c.adjudication_id and a.patient_record_id = c.patient_record_id where c.patient_record_id = any($@records.ids) and a.owes_amount is not null
        and (coalesce(c.status, 'active') = 'active' or ((a.label_mask | c.label_mask) & (:masked | :refused_BILLING)) <> 0)`,
    },
  },
  fields: {
    id: id('pat'),
    name: column('$@said.name', { phi: 'IDENTITY', ...untold }),
    birthDate: date('$@said.birth_date', { phi: 'IDENTITY', ...untold }),
    deceasedAt: instant('$@said.deceased_at', { phi: 'DEMOGRAPHIC', ...untold }),
    sex: column('$@said.sex', { phi: 'IDENTITY', ...untold }),
    language: column('$@said.language', { phi: 'DEMOGRAPHIC', ...untold }),
    interpreterNeeded: column('$@said.interpreter_needed', { phi: 'DEMOGRAPHIC', ...untold }),
    identifiers: many('Identifier', {
      from: `(select distinct i.system, i.value, i.type from patient_identifier i join patient_record r on r.id = i.patient_record_id
        where r.id = any(^@records.ids) and ${unmasked})`,
      on: 'true',
      order: '$.system, $.value',
      phi: 'DEMOGRAPHIC',
      ...untold,
    }),
    // What was noted here counts beside what the sources say; a number that one of them calls confidential is.
    contactPoints: many('ContactPoint', {
      from: `(select distinct p.kind, p.value, p.use, bool_or(coalesce(p.confidential, false)) over (partition by p.kind, p.value) as confidential from (
        select p.kind, p.value, p.use, p.confidential from patient_record r
          cross join lateral jsonb_to_recordset(r.contact_points) p(kind text, value text, use text, confidential boolean) where r.id = any(^@records.ids) and ${unmasked}
        union all select r.kind, r.value, r.use, true from confidential_contact r where r.patient_record_id = any(^@records.ids) and r.ended_at is null and ${unmasked}) p)`,
      on: 'true',
      order: '$.kind, $.value, $.use',
      phi: 'CONTACT',
      ...untold,
    }),
    address: column('$@said.address', { phi: 'CONTACT', ...untold }),
    preferences: column(`to_json(coalesce($@said.preferences, '{}'))`, { phi: 'DEMOGRAPHIC', ...untold }),
    alerts: column(`to_json(coalesce($@said.alerts, '{}'))`, { phi: 'CLINICAL', ...untold }),
    records: many('PatientRecord', {
      on: '$.id in (select l.patient_record_id from person_link l where l.person_id = ^.id)',
      order: '$.source_id, $.uid',
      // One that is only probably theirs is bound by its own.
      samePerson: '$.id = any(^@records.ids)',
    }),
    encounters: facts('Encounter', { at: 'start_at', phi: 'CLINICAL' }),
    appointments: facts('Appointment', { at: 'start_at', phi: 'SCHEDULING' }),
    conditions: facts('Condition', {
      at: 'onset_at',
      phi: 'CLINICAL',
      arguments: { activeOnly: { sql: `$.clinical_status in ('active', 'recurrence', 'relapse')`, phi: 'CLINICAL' } },
    }),
    careTeam: many('CareTeamMember', { on: ofPerson, order: '$.source_id, $.position, $.uid', phi: 'CLINICAL' }),
    coverages: many('Coverage', { on: ofPerson, order: '$.start_on desc nulls last, $.uid', phi: 'COVERAGE' }),
    claims: connection('Claim', {
      on: ofPerson,
      orders: { default: { key: `coalesce($.serviced_from, '-infinity')`, cast: 'date', descending: true } },
      gate: 'BILLING',
    }),
    balance: money('$@owed.amount', '$@owed.currency', { phi: 'BILLING', spoiltBy: '$@owed.masked', refusedBy: '$@owed.refused' }),
    patientResponsibility: money('$@share.amount', '$@share.currency', {
      phi: 'BILLING',
      spoiltBy: '$@share.masked',
      refusedBy: '$@share.refused',
    }),
    cases: connection('Case', {
      on: `$.patient_record_id = any(^@records.ids)`,
      // When another's case came in is part of its story.
      orders: { default: { key: '$.received_at', cast: 'timestamptz', descending: true, phi: 'NARRATIVE' } },
      gate: 'NARRATIVE',
      samePerson: true,
    }),
    timeline: timeline('TimelineEntry', [
      { type: 'Encounter', on: ofPerson, alone: certainly, gate: 'CLINICAL' },
      { type: 'Appointment', on: ofPerson, alone: certainly, gate: 'SCHEDULING' },
      { type: 'Condition', on: ofPerson, alone: certainly, gate: 'CLINICAL' },
      { type: 'Claim', on: ofPerson, alone: certainly, gate: 'BILLING' },
      { type: 'Payment', on: ofPerson, alone: certainly, gate: 'BILLING' },
      { type: 'Case', on: ofPerson, alone: certainly, gate: 'NARRATIVE' },
    ]),
    sources: many('SourceStatus', {
      from: '(select distinct s.* from source s join patient_record r on r.source_id = s.id where r.id = any(^@records.ids))',
      on: 'true',
      order: '$.name',
    }),
  },
});

const ofRecord = personOfRecord('$.id');

export const patientRecordShape = shape('PatientRecord', {
  table: 'patient_record',
  tag: 'rec',
  // Its own, not the person's above it: a record that is only probably of a person opens nothing because they are open.
  conditions: { related: relatedTo(ofRecord), facility: atFacilityOf(ofRecord), glass: glassBrokenFor(ofRecord) },
  grant: grantUidFor(ofRecord),
  consents: recordsOfSamePerson('$.id'),
  alone: {
    requires: 'READ_IDENTITY',
    where: 'exists (select 1 from person_link seen where seen.patient_record_id = $.id)',
  },
  touches: {
    as: 'person',
    person: '(select p.uid from person_link l join person p on p.id = l.person_id where l.patient_record_id = $.id)',
  },
  labelled: { keeps: ['id', 'provenance', 'assurance', 'linkedBy', 'linkedAt'] },
  joins: { source: sourceJoin, link: { from: 'person_link j where j.patient_record_id = $.id' } },
  fields: {
    id: id('rec'),
    // The key of a person's own record is a number by which they are known.
    provenance: { ...provenance, fields: { ...provenance.fields, sourceRecordId: column('source_key', { phi: 'DEMOGRAPHIC' }) } },
    name: column('name', { phi: 'IDENTITY' }),
    birthDate: date('birth_date', { phi: 'IDENTITY' }),
    sex: column('sex', { phi: 'IDENTITY' }),
    identifiers: many('Identifier', {
      from: '(select i.* from jsonb_to_recordset(^.identifiers) i(system text, value text, type text))',
      on: 'true',
      phi: 'DEMOGRAPHIC',
    }),
    address: column('address', { phi: 'CONTACT' }),
    assurance: column('$@link.assurance'),
    score: column('$@link.score', { phi: 'DEMOGRAPHIC' }),
    evidence: column('$@link.evidence', { phi: 'DEMOGRAPHIC' }),
    linkedBy: column('$@link.linked_by'),
    linkedAt: instant('$@link.linked_at'),
  },
});

/** 45 CFR 164.522(a). Seen by who reviews access. */
export const restrictionShape = shape('Restriction', {
  table: 'restriction',
  tag: 'rst',
  alone: { requires: 'REVIEW_ACCESS', where: certainly },
  labelled: { keeps: ['id', 'recipient', 'phiClasses', 'from', 'until', 'agreedBy', 'agreedAt', 'endedBy'] },
  touches: {
    as: 'person',
    person: '(select p.uid from person_link l join person p on p.id = l.person_id where l.patient_record_id = $.patient_record_id)',
  },
  fields: {
    id: id('rst'),
    recipient: column('recipient'),
    recipientName: column('recipient_name', { phi: 'IDENTITY' }),
    phiClasses: column('to_json($.phi_classes)'),
    from: instant('start_at'),
    until: instant('end_at'),
    reason: column('reason', { phi: 'IDENTITY' }),
    agreedBy: one('User', { on: '$.id = ^.agreed_by' }),
    agreedAt: instant('agreed_at'),
    endedBy: one('User', { on: '$.id = ^.ended_by' }),
    whyEnded: column('end_reason', { phi: 'IDENTITY' }),
  },
});

export const identifierShape = shape('Identifier', {
  table: 'patient_identifier',
  fields: { system: column('system'), value: column('value'), type: column('type') },
});
export const contactPointShape = shape('ContactPoint', {
  table: 'patient_record',
  fields: { kind: column('kind'), value: column('value'), use: column('use'), confidential: column('confidential') },
});
export const codingShape = shape('Coding', {
  table: 'claim',
  fields: { system: column('system'), code: column('code'), display: column('display') },
});
export const sourceStatusShape = shape('SourceStatus', {
  table: 'source',
  fields: { source: column('name'), freshness: column(freshnessOf('$')), asOf: instant('last_success_at'), error: column('error_code') },
});
export const timelineEntryShape = shape('TimelineEntry', {
  table: 'encounter',
  tag: 'tle',
  labelled: { keeps: ['id', 'kind', 'at', 'provenance'] },
  joins: { source: sourceJoin },
  fields: {
    id: column(`'tle' || $.tag || '_' || $.uid`),
    kind: column('kind'),
    at: instant('at'),
    title: column('title', { phi: 'CLINICAL' }),
    detail: column('detail', { phi: 'CLINICAL' }),
    subject: memberOf(['Encounter', 'Appointment', 'Condition', 'Claim', 'Payment', 'Case'], { phi: 'CLINICAL' }),
    provenance: { ...provenance, when: '$.source_id is not null' },
  },
});
