/** What every connector must do, as data, so that the tests and `hub source check` run the same list. A subject puts
 *  resources behind a connector of its kind; the checks know no wire. All people here are invented. */
import assert from 'node:assert/strict';
import type { Batch, Cursor, Mapped, Message } from '../records/index.js';
import { batchLimit, type Connector } from './contract.js';

export interface ConformanceSubject {
  /** A connector over a source that holds exactly these resources, given as JSON texts, in this order. */
  serve(resources: readonly string[]): Promise<Connector>;
}
export interface ConformanceCheck {
  readonly name: string;
  run(subject: ConformanceSubject): Promise<void>;
}

const changedAt = '2026-03-01T10:00:00.000Z';
const patient = (id: string): string =>
  JSON.stringify({
    resourceType: 'Patient',
    id,
    meta: { lastUpdated: changedAt },
    name: [{ family: `Zz-${id}`, given: ['Zz-Conny'] }],
    birthDate: '1970-01-01',
  });
const patients = (count: number): string[] => Array.from({ length: count }, (_, index) => patient(`zz-${String(index).padStart(5, '0')}`));
const encounter = JSON.stringify({
  resourceType: 'Encounter',
  id: 'zz-visit',
  meta: { lastUpdated: changedAt },
  status: 'zz-unheard-of',
  class: { system: 'urn:zz', code: 'ZZ-CLASS' },
  type: [{ coding: [{ system: 'urn:zz', code: 'ZZ-TYPE' }] }],
  subject: { reference: 'Patient/zz-00000' },
});

async function pullAll(connector: Connector, since: Cursor | null = null): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of connector.pull(since)) batches.push(batch);
  return batches;
}
const messagesIn = (batches: readonly Batch[]): Message[] => batches.flatMap((batch) => batch.messages);
const mappedIn = (batches: readonly Batch[]): Mapped[] => messagesIn(batches).filter((message) => message.outcome === 'mapped');
/** As the host keeps it: a cursor must survive JSON. */
const stored = (cursor: Cursor): Cursor => JSON.parse(JSON.stringify(cursor)) as Cursor;

export const conformance: readonly ConformanceCheck[] = [
  {
    name: 'gives everything once, in batches of at most a thousand',
    async run(subject) {
      const batches = await pullAll(await subject.serve(patients(2345)));
      assert.deepEqual(
        mappedIn(batches).map(({ key }) => key),
        patients(2345).map((raw) => `Patient/${(JSON.parse(raw) as { id: string }).id}`),
      );
      for (const batch of batches) assert.ok(batch.messages.length <= batchLimit);
    },
  },
  {
    name: 'resumes after any batch with exactly what is left',
    async run(subject) {
      const connector = await subject.serve(patients(2345));
      const batches = await pullAll(connector);
      for (const [index, { cursor }] of batches.slice(0, -1).entries()) {
        assert.deepEqual(messagesIn(await pullAll(connector, stored(cursor))), messagesIn(batches.slice(index + 1)));
      }
    },
  },
  {
    name: 'gives the same messages for the same cursor',
    async run(subject) {
      const connector = await subject.serve(patients(12));
      const first = await pullAll(connector);
      assert.deepEqual(messagesIn(await pullAll(connector)), messagesIn(first));
      const [once, twice] = [await pullAll(connector, first.at(-1)?.cursor), await pullAll(connector, first.at(-1)?.cursor)];
      assert.deepEqual(messagesIn(once), messagesIn(twice));
    },
  },
  {
    name: 'lets the same message come twice',
    async run(subject) {
      const [one, two, ...others] = mappedIn(await pullAll(await subject.serve([patient('zz-twin'), patient('zz-twin')])));
      assert.ok(one !== undefined && others.length === 0);
      assert.deepEqual(two, one);
    },
  },
  {
    name: 'sets a broken resource aside whole, and reads the rest',
    async run(subject) {
      const broken = '{"resourceType":"Patient","id":"zz-broken","name":[{"family":"Zz-Torn"}],"birthDate":19-}';
      const messages = messagesIn(await pullAll(await subject.serve([patient('zz-a'), broken, patient('zz-b')])));
      assert.deepEqual(
        messages.map(({ outcome }) => outcome),
        ['mapped', 'rejected', 'mapped'],
      );
      const rejected = messages.find((message) => message.outcome === 'rejected');
      assert.equal(rejected?.raw, broken);
      assert.ok(!rejected.reason.includes('Zz-'), 'a reason holds no PHI');
    },
  },
  {
    name: 'sets a fact without a patient aside, and one without an id',
    async run(subject) {
      const messages = messagesIn(
        await pullAll(
          await subject.serve(['{"resourceType":"Encounter","id":"zz-nobody"}', '{"resourceType":"Patient","gender":"other"}']),
        ),
      );
      assert.deepEqual(messages.map((message) => (message.outcome === 'rejected' ? message.code : message.outcome)).sort(), [
        'NO_ID',
        'NO_SUBJECT',
      ]);
    },
  },
  {
    name: 'keeps a code that nobody knows',
    async run(subject) {
      const [record] = mappedIn(await pullAll(await subject.serve([encounter]))).flatMap(({ records }) => records);
      assert.ok(record?.kind === 'encounter');
      assert.equal(record.status, 'zz-unheard-of');
      assert.equal(record.class, 'ZZ-CLASS');
      assert.deepEqual(record.type, { system: 'urn:zz', code: 'ZZ-TYPE', display: null });
      assert.deepEqual(record.labelCodes, ['urn:zz|ZZ-CLASS', 'urn:zz|ZZ-TYPE']);
    },
  },
  {
    name: 'says of every record where it comes from and when the source changed it, and keeps the text as it was sent',
    async run(subject) {
      const served = [...patients(3), encounter];
      const mapped = mappedIn(await pullAll(await subject.serve(served)));
      assert.deepEqual(mapped.map(({ raw }) => raw).sort(), [...served].sort());
      for (const { key, records } of mapped) {
        assert.ok(records.length > 0);
        for (const record of records) assert.deepEqual({ key: record.key, at: record.sourceUpdatedAt }, { key, at: changedAt });
      }
    },
  },
  {
    name: 'counts a type that no rule needs, and keeps nothing of it',
    async run(subject) {
      const messages = messagesIn(
        await pullAll(await subject.serve(['{"resourceType":"Observation","id":"zz-weight","valueString":"Zz-secret"}'])),
      );
      assert.deepEqual(messages, [{ outcome: 'notTaken', type: 'Observation' }]);
    },
  },
  {
    name: 'stops when it is told to',
    async run(subject) {
      const connector = await subject.serve(patients(2345));
      const stop = new AbortController();
      await assert.rejects(async () => {
        for await (const batch of connector.pull(null, { signal: stop.signal })) if (batch.messages.length > 0) stop.abort();
      });
    },
  },
];
