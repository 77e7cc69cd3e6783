/** The published sample sets, where they lie beside the repository: counts and joins that others have counted. In
 *  the checkout, fixtures/ holds the same oddities in small. */
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import type { HubRecord, RecordKind, RecordOf } from '../../src/records/index.js';
import { openConnector } from '../../src/sources/index.js';
import { beside, describeBeside } from '../support/beside.js';
import { countOutcomes, messagesIn, pullAll, recordsIn } from './reading.js';

const samples = beside('data/fhir-r4');

const pull = (folder: string) => pullAll(openConnector({ name: folder, kind: 'fhir-files', path: join(samples, folder) }));
const kindOf = <K extends RecordKind>(records: readonly HubRecord[], kind: K): RecordOf<K>[] =>
  records.filter((record): record is RecordOf<K> => record.kind === kind);

describeBeside('data/fhir-r4', 'the published samples', () => {
  it.each([
    ['synthea-smart', { patients: 70, encounters: 1793, claims: 2235, answers: 1793 }],
    ['synthea-hiv', { patients: 29, encounters: 1360, claims: 1370, answers: 1360 }],
  ])('%s: every claim finds its visit, every institutional claim its answer, every reference to staff a name', async (folder, counts) => {
    const batches = await pull(folder);
    expect(countOutcomes(batches)['rejected']).toBeUndefined();
    const records = recordsIn(batches);
    const [patients, encounters, claims, answers] = [
      kindOf(records, 'patient'),
      kindOf(records, 'encounter'),
      kindOf(records, 'claim'),
      kindOf(records, 'adjudication'),
    ];
    expect({ patients: patients.length, encounters: encounters.length, claims: claims.length, answers: answers.length }).toEqual(counts);

    const [people, visits] = [new Set(patients.map(({ key }) => key)), new Set(encounters.map(({ key }) => key))];
    expect([...encounters, ...claims, ...answers].filter(({ patient }) => !people.has(patient))).toEqual([]);
    expect(claims.filter(({ encounter }) => !visits.has(encounter ?? ''))).toEqual([]);
    const answered = new Map(answers.map((answer) => [answer.claim, answer]));
    expect(claims.filter(({ key, claimKind, billed }) => billed === null || answered.has(key) === (claimKind === 'PHARMACY'))).toEqual([]);
    expect(answers.filter(({ paid, denied }) => paid?.currency !== 'USD' || denied !== false)).toEqual([]);
    const named = new Set(kindOf(records, 'named').flatMap(({ key, aliases }) => [key, ...aliases]));
    const meant = encounters
      .flatMap(({ practitioners, location, organization }) => [...practitioners, location, organization])
      .filter((one) => one !== null);
    expect(meant.length).toBeGreaterThan(encounters.length);
    expect(meant.filter((reference) => !named.has(reference))).toEqual([]);
  });

  it('synthea-smart as NDJSON means the same as its Bundles, but for who billed: a bare urn does not say of which type it is', async () => {
    const ordered = (records: readonly HubRecord[]) => new Map(records.map((record) => [`${record.kind} ${record.key}`, record]));
    const bundles = ordered(recordsIn(await pull('synthea-smart')));
    const lines = ordered(recordsIn(await pull('synthea-smart-ndjson')));
    expect(lines.size).toBe(6465);
    const without = (record: HubRecord | undefined): string => JSON.stringify({ ...record, provider: null });
    expect([...lines].filter(([key, record]) => without(bundles.get(key)) !== without(record)).map(([key]) => key)).toEqual([]);
    expect([...lines.values()].filter((record) => 'provider' in record && record.provider !== null)).toEqual([]);
  });

  it.each([
    ['cms-bfd-v2', { mapped: 14, deleted: 2 }],
    ['hl7-examples', { mapped: 168, deleted: 2, notTaken: 279, rejected: 2 }],
    ['nhs-bars', { mapped: 8, notTaken: 5, rejected: 1 }],
  ])('%s is read to the end: what has no patient to hang on is set aside, nothing else', async (folder, counts) => {
    const batches = await pull(folder);
    expect(countOutcomes(batches)).toEqual(counts);
    expect(messagesIn(batches).filter((message) => message.outcome === 'rejected' && message.code !== 'NO_SUBJECT')).toEqual([]);
  });

  it('broken resources from the validator’s tests crash nothing', async () => {
    const batches = await pullAll(
      openConnector({ name: 'zz-hostile', kind: 'fhir-files', path: resolve(samples, '..', 'hostile', 'fhir-validator') }),
    );
    expect(messagesIn(batches).length).toBeGreaterThan(180);
  });
});
